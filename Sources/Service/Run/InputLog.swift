import Core
import Kafka
import Logging

/// What a restart asks of the brokers: Kafka in the daemon, a simulated log in tests.
protocol InputLog {
  /// The group's committed offsets, of those partitions that have one.
  func committedOffsets(_ partitions: [TopicPartition]) throws -> [TopicPartition: CommittedOffset]
  /// The offset of the first record that is still there, of each partition.
  func firstOffsets(of partitions: [TopicPartition]) throws -> [TopicPartition: Int64]
}

/// Asks through the consumer.
struct KafkaInputLog: InputLog {
  /// How long to wait for an answer, and how often.
  struct Patience {
    let timeoutMillis: Int32
    let attempts: Int

    /// Without an answer nothing can go on.
    static let long = Patience(timeoutMillis: 60_000, attempts: 30)
    /// It may as well be asked later.
    static let short = Patience(timeoutMillis: 1_000, attempts: 1)
  }

  let consumer: KafkaConsumer
  let logger: Logger
  let patience: Patience

  func committedOffsets(_ partitions: [TopicPartition]) throws -> [TopicPartition: CommittedOffset] {
    try KafkaRetry.run(logger, "read committed offsets", attempts: patience.attempts) {
      try consumer.committed(partitions, timeoutMillis: patience.timeoutMillis)
    }.mapValues { CommittedOffset(offset: $0.offset, metadata: $0.metadata) }
  }

  func firstOffsets(of partitions: [TopicPartition]) throws -> [TopicPartition: Int64] {
    try KafkaRetry.run(logger, "look up first offsets", attempts: patience.attempts) {
      try consumer.firstOffsets(partitions, timeoutMillis: patience.timeoutMillis)
    }
  }
}
