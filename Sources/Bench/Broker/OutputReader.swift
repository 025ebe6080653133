import Kafka

/// Reads a topic of updates from its beginning, as a consumer does that sees only what is committed.
final class OutputReader {
  private let consumer: KafkaConsumer
  private let partitions: [TopicPartition]
  private var positions: [Int64]

  private static let batchSize = 10_000
  private static let timeoutMillis: Int32 = 10_000

  init(_ broker: BenchBroker, topic: String, partitions count: Int) throws {
    // The embedded broker of newer librdkafka writes transaction markers without a checksum, and drops old records.
    let settings: Settings = [
      ("check.crcs", "false"), ("auto.offset.reset", "earliest"), ("fetch.wait.max.ms", "10"),
      ("queued.max.messages.kbytes", "65536"),
    ]
    consumer = try KafkaConsumer(
      brokers: broker.bootstrap, group: "\(broker.prefix)-reader", instance: nil,
      settings: settings + broker.properties
    ) { _, _, _ in }
    partitions = TopicPartition.all(of: topic, count: count)
    positions = Array(repeating: 0, count: count)
    try consumer.assignFromBeginning(partitions)
  }

  /// Hands over what there is, waiting at most so long for the first record.
  func read(timeoutMillis: Int32, _ body: (KafkaRecord) throws -> Void) throws {
    _ = try consumer.poll(limit: Self.batchSize, timeoutMillis: timeoutMillis) { batch in
      for record in batch {
        positions[Int(record.partition)] = record.offset + 1
        try body(record)
      }
    }
    for event in consumer.takeEvents() {
      switch event {
      case .endOfPartition(let partition, let offset):
        let number = Int(partition.partition)
        positions[number] = max(positions[number], offset)
      case .fatal(let error): throw error
      case .failed, .assigned, .revoked, .lost: break
      }
    }
  }

  /// Hands over everything that is committed now.
  func readAll(_ patience: Patience, _ body: (KafkaRecord) throws -> Void) throws {
    let ends = try partitions.map { try consumer.watermarks($0, timeoutMillis: Self.timeoutMillis).high }
    try patience.wait("for the updates to be read") {
      try read(timeoutMillis: 100, body)
      return zip(positions, ends).allSatisfy { $0 >= $1 }
    }
  }
}
