import Core
import Kafka
import Logging

/// What a restart asks of the brokers: Kafka in the daemon, a simulated log in tests.
protocol InputLog {
  /// The group's committed offsets, of those partitions that have one.
  func committedOffsets(_ partitions: [TopicPartition]) throws -> [TopicPartition: CommittedOffset]
  /// The offset of the first record that is still there.
  func firstOffset(of partition: TopicPartition) throws -> Int64
}

/// Asks through the consumer, patiently.
struct KafkaInputLog: InputLog {
  let consumer: KafkaConsumer
  let logger: Logger

  private static let timeoutMillis: Int32 = 60_000

  func committedOffsets(_ partitions: [TopicPartition]) throws -> [TopicPartition: CommittedOffset] {
    try KafkaRetry.run(logger, "read committed offsets", attempts: 30) {
      try consumer.committed(partitions, timeoutMillis: Self.timeoutMillis)
    }.mapValues { CommittedOffset(offset: $0.offset, mark: CommitMark($0.metadata)) }
  }

  func firstOffset(of partition: TopicPartition) throws -> Int64 {
    try KafkaRetry.run(logger, "look up the first offset of \(partition)", attempts: 10) {
      try consumer.watermarks(partition, timeoutMillis: Self.timeoutMillis).low
    }
  }
}
