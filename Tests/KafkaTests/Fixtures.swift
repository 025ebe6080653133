import Testing

@testable import Kafka

/// A record copied out of its batch.
struct CopiedRecord: Equatable {
  var topicIndex: Int
  var partition: Int32
  var offset: Int64
  var timestampMillis: Int64
  var key: String?
  var value: String?
  var headers: [String: String]

  init(_ record: KafkaRecord) {
    topicIndex = record.topicIndex
    partition = record.partition
    offset = record.offset
    timestampMillis = record.timestampMillis
    key = record.key.baseAddress == nil ? nil : String(decoding: record.key, as: UTF8.self)
    value = record.isTombstone ? nil : String(decoding: record.value, as: UTF8.self)
    var headers: [String: String] = [:]
    record.forEachHeader { name, value in
      headers[String(cString: name)] = value.map { String(decoding: $0, as: UTF8.self) } ?? "(null)"
    }
    self.headers = headers
  }
}

/// Everything a consumer has handed out so far.
struct Heard {
  var records: [CopiedRecord] = []
  var events: [KafkaConsumer.Event] = []
}

let waitMillis: Int32 = 20_000

func makeConsumer(
  _ cluster: KafkaMockCluster, group: String, instance: String? = nil, settings: Settings = []
) throws -> KafkaConsumer {
  // The mock lets a second member in only when the session timeout is nearly over.
  // Newer mocks write transaction markers without a checksum, so none is checked.
  let short: Settings = [
    ("session.timeout.ms", "6000"), ("fetch.wait.max.ms", "10"), ("check.crcs", "false"),
  ]
  return try KafkaConsumer(
    brokers: cluster.bootstrap, group: group, instance: instance, settings: short + settings
  ) { _, _, _ in }
}

func makeProducer(
  _ cluster: KafkaMockCluster, transactional identifier: String? = nil, settings: Settings = []
) throws -> KafkaProducer {
  try KafkaProducer(
    brokers: cluster.bootstrap, transactionalIdentifier: identifier, settings: settings
  ) { _, _, _ in }
}

extension KafkaConsumer {
  /// Polls until the condition holds or the limit is over; returns whether it held.
  func poll(into heard: inout Heard, until condition: (Heard) -> Bool) throws -> Bool {
    let deadline = ContinuousClock.now + .milliseconds(Int(waitMillis))
    while !condition(heard) {
      guard ContinuousClock.now < deadline else { return false }
      _ = poll(limit: 100, timeoutMillis: 100) { batch in
        heard.records += batch.map { CopiedRecord($0) }
      }
      heard.events += takeEvents()
    }
    return true
  }
}

extension KafkaProducer {
  func produce(
    _ topic: KafkaTopic, partition: Int32 = KafkaTopic.anyPartition, key: String, value: String?,
    timestampMillis: Int64 = 0, headers: KafkaHeaders? = nil, timeoutMillis: Int32 = 10_000
  ) throws {
    var key = key
    try key.withUTF8 { keyBytes in
      guard var value else {
        return try produce(
          topic, partition: partition, key: UnsafeRawBufferPointer(keyBytes), value: nil,
          timestampMillis: timestampMillis, headers: headers, timeoutMillis: timeoutMillis)
      }
      try value.withUTF8 { valueBytes in
        try produce(
          topic, partition: partition, key: UnsafeRawBufferPointer(keyBytes),
          value: UnsafeRawBufferPointer(valueBytes), timestampMillis: timestampMillis, headers: headers,
          timeoutMillis: timeoutMillis)
      }
    }
  }
}

/// The error a call throws; records an issue if it throws none.
func kafkaError(_ call: () throws -> Void) -> KafkaError? {
  do {
    try call()
    Issue.record("The call should have thrown.")
    return nil
  } catch {
    return error as? KafkaError
  }
}
