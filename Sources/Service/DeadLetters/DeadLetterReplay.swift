import Catalogue
import Kafka
import Logging

/// Produces dead letters again to the topics they came from: key, value and headers as they were.
public final class DeadLetterReplay {
  private let configuration: Configuration
  private let producer: KafkaProducer
  private let headers = KafkaHeaders()
  private var topics: [String: KafkaTopic] = [:]
  /// Letters handed to the producer.
  public private(set) var count = 0

  private static let flushMillis: Int32 = 60_000

  public init(configuration: Configuration, logger: Logger) throws {
    self.configuration = configuration
    producer = try KafkaProducer(
      brokers: configuration.kafka.brokers.joined(separator: ","), transactionalIdentifier: nil,
      settings: [(name: "partitioner", value: "murmur2_random")]
        + (try configuration.kafka.librdkafkaProperties()), log: KafkaLog.handler(logger))
  }

  /// Produces one letter; it is delivered when `finish` returns.
  ///
  /// - Throws: `ServiceFault` when it did not come from an input topic of the configuration; `KafkaError`.
  public func replay(_ letter: StoredLetter) throws {
    guard configuration.input.topics.contains(letter.sourceTopic) else {
      throw ServiceFault(
        .dataError,
        "the letter \(letter.partition)/\(letter.offset) came from \"\(letter.sourceTopic)\", which is no input topic",
        remedy: "name the configuration of the daemon that wrote it")
    }
    let topic = try topics[letter.sourceTopic] ?? producer.topic(letter.sourceTopic)
    topics[letter.sourceTopic] = topic
    headers.removeAll()
    for header in letter.headers { headers.append(header.name, header.value) }
    try (letter.key ?? []).withUnsafeBytes { key in
      let keyBytes = letter.key == nil ? UnsafeRawBufferPointer(start: nil, count: 0) : key
      try (letter.value ?? []).withUnsafeBytes { value in
        try producer.produce(
          topic, key: keyBytes, value: letter.value == nil ? nil : value, timestampMillis: 0, headers: headers
        )
      }
    }
    count += 1
  }

  /// Waits until everything is delivered.
  public func finish() throws { try producer.flush(timeoutMillis: Self.flushMillis) }
}
