import Kafka
import Service

/// Produces workloads.
struct TopicFiller {
  private let broker: BenchBroker
  private let producer: KafkaProducer
  private let topic: KafkaTopic

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
    self.broker = broker
  }

  /// Produces so many records of a workload and waits until all are delivered.
  ///
  /// - Returns: the bytes of their values.
  /// - Throws: `ServiceFault` when the broker does not keep them all.
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
    if broker.isEmbedded { try checkKept(count) }
    return byteCount
  }

  /// The embedded broker drops what it has no room for, and whoever waits for the rest would wait for ever.
  private func checkKept(_ count: Int) throws {
    let consumer = try KafkaConsumer(
      brokers: broker.bootstrap, group: "\(broker.prefix)-kept", instance: nil, settings: []
    ) { _, _, _ in }
    for partition in TopicPartition.all(of: topic.name, count: Int(topic.partitionCount))
    where try consumer.watermarks(partition, timeoutMillis: Self.timeoutMillis).low > 0 {
      throw ServiceFault(
        .unavailable, "the embedded broker has no room for \(count) events of this size",
        remedy: "measure with fewer, or with --brokers")
    }
  }

  /// Queues one record. Keys choose the partition, but on the embedded broker all partitions are filled alike.
  func produce(_ record: WorkloadRecord) throws {
    let partition = broker.isEmbedded ? Int32(record.home % topic.partitionCount) : KafkaTopic.anyPartition
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
