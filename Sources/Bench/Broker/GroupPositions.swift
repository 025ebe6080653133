import Kafka

/// The committed offsets of a consumer group, as another client sees them.
struct GroupPositions {
  private let consumer: KafkaConsumer
  private let partitions: [TopicPartition]

  private static let timeoutMillis: Int32 = 10_000

  init(_ broker: BenchBroker, group: String, topic: String) throws {
    consumer = try KafkaConsumer(
      brokers: broker.bootstrap, group: group, instance: nil, settings: broker.properties
    ) { _, _, _ in }
    partitions = TopicPartition.all(of: topic, count: broker.partitions)
  }

  /// How many records of the topic are committed; those of transactions under way are not.
  func total() throws -> Int64 {
    do {
      return try consumer.committed(partitions, timeoutMillis: Self.timeoutMillis).values.reduce(0) {
        $0 + max(0, $1.offset)
      }
    } catch let error as KafkaError where error.isRetriable {
      // A group that is only being made has no coordinator yet.
      return 0
    }
  }

  /// Commits positions for the group, which must have no members.
  func commit(_ offsets: [Int64]) throws {
    try consumer.commitSync(
      zip(partitions, offsets).map { ($0, $1, metadata: "") }, timeoutMillis: Self.timeoutMillis)
  }
}
