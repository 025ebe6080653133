import Catalogue
import Core
import Kafka
import Logging

/// Produces dead letters again to the partitions they came from: timestamp, key, value and headers as they were.
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

  /// Whether a letter holds all of its record.
  public static func isWhole(_ letter: StoredLetter) -> Bool { letter.cutByteCount == 0 }

  /// Produces one letter that is whole; it is delivered when `finish` returns.
  ///
  /// - Throws: `ServiceFault` when it did not come from an input topic of the configuration; `KafkaError`.
  public func replay(_ letter: StoredLetter) throws {
    precondition(Self.isWhole(letter), "a record that was cut is not the one that was sent")
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
          topic, partition: Self.partition(of: letter, in: topic), key: keyBytes,
          value: letter.value == nil ? nil : value, timestampMillis: Self.timestampMillis(of: letter),
          headers: headers)
      }
    }
    count += 1
  }

  /// What counted before is known in its own partition only. One that is no longer there is chosen by the key.
  private static func partition(of letter: StoredLetter, in topic: KafkaTopic) -> Int32 {
    (0..<topic.partitionCount).contains(Int(letter.sourcePartition))
      ? letter.sourcePartition : KafkaTopic.anyPartition
  }

  /// What is from the future is so by its record's timestamp, and may have become past since; 0 is now.
  private static func timestampMillis(of letter: StoredLetter) -> Int64 {
    letter.reason == RejectReason.fromTheFuture.rawValue ? 0 : max(letter.sourceTimestampMillis, 0)
  }

  /// Waits until everything is delivered.
  public func finish() throws { try producer.flush(timeoutMillis: Self.flushMillis) }
}
