internal import CRdKafka

/// Librdkafka properties in the order they are applied: later entries win, an unknown one is an error.
public typealias Settings = [(name: String, value: String)]

/// Takes one line of librdkafka's log: syslog level (0 worst to 7), facility, text.
///
/// Called only on the thread that uses the client, from within its calls: lines written by librdkafka's own
/// threads wait in a queue until then, so the closure needs no lock.
public typealias LogHandler = (_ level: Int, _ facility: String, _ text: String) -> Void

/// Facts about the Kafka library in use.
public enum Kafka {
  /// The version of librdkafka loaded at run time, such as "2.0.2".
  public static var libraryVersion: String { String(cString: rd_kafka_version_str()) }

  /// Whether its SCRAM is that of RFC 5802. Before 2.6.1 it repeats a part of the nonce, which Apache Kafka 4 and other
  /// brokers that compare it refuse as a wrong password.
  public static var hasStrictSCRAM: Bool { rd_kafka_version() >= 0x0206_0100 }
}
