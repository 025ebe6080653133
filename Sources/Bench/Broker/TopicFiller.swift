import Kafka

/// Produces workloads.
struct TopicFiller {
  private let producer: KafkaProducer
  private let topic: KafkaTopic
  private let isEmbedded: Bool

  private static let timeoutMillis: Int32 = 120_000
  private static let settings: Settings = [
    ("compression.type", "none"), ("batch.size", "262144"), ("partitioner", "murmur2_random"),
    ("queue.buffering.max.messages", "500000"), ("queue.buffering.max.kbytes", "1000000"),
  ]

  /// - Parameter lingerMillis: how long a record may wait for others to go with.
  init(_ broker: BenchBroker, topic: String, lingerMillis: Int = 50) throws {
    producer = try KafkaProducer(
      brokers: broker.bootstrap, transactionalIdentifier: nil,
      settings: Self.settings + [("linger.ms", "\(lingerMillis)")] + broker.properties
    ) { _, _, _ in }
    self.topic = try producer.topic(topic)
    isEmbedded = broker.isEmbedded
  }

  /// Produces so many records of a workload and waits until all are delivered.
  ///
  /// - Returns: the bytes of their values.
  func fill(_ workload: inout some Workload, count: Int, _ patience: Patience) throws -> Int {
    var record = WorkloadRecord()
    var byteCount = 0
    for number in 0..<count {
      workload.next(&record)
      try produce(record)
      byteCount += record.value.count
      if number & 0xFFF == 0 {
        poll()
        try patience.check()
      }
    }
    try flush()
    return byteCount
  }

  /// Queues one record. Keys choose the partition, but on the embedded broker all partitions are filled alike.
  func produce(_ record: WorkloadRecord) throws {
    let partition = isEmbedded ? Int32(record.home % topic.partitionCount) : KafkaTopic.anyPartition
    try record.key.withUnsafeBytes { key in
      try record.value.withUnsafeBytes { value in
        try producer.produce(
          topic, partition: partition, key: key, value: value, timestampMillis: record.timestampMillis,
          headers: nil)
      }
    }
  }

  func poll() { producer.poll() }

  func flush() throws { try producer.flush(timeoutMillis: Self.timeoutMillis) }
}
