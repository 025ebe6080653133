import Foundation
import Kafka
import Testing

/// A mock cluster with Nadi's topics, and a way to write to it and to read it whole.
final class TestBroker {
  let cluster: KafkaMockCluster
  private static let waitMillis: Int32 = 20_000
  private static let outputPartitions = 4

  init() throws {
    cluster = try KafkaMockCluster()
    try cluster.createTopic(Configurations.input, partitions: Input.partitionCount)
    try cluster.createTopic(Configurations.output, partitions: Self.outputPartitions)
    try cluster.createTopic(Configurations.deadLetters, partitions: 1)
    try cluster.createTopic(Configurations.late, partitions: 1)
  }

  func createInput() throws {
    try cluster.createTopic(Configurations.input, partitions: Input.partitionCount)
  }

  func send(_ input: [InputRecord]) throws {
    let producer = try KafkaProducer(
      brokers: cluster.bootstrap, transactionalIdentifier: nil, settings: [], log: { _, _, _ in })
    let topic = try producer.topic(Configurations.input)
    for record in input {
      var headers: KafkaHeaders?
      if !record.headers.isEmpty {
        let set = KafkaHeaders()
        for header in record.headers { set.set(header.name, header.value) }
        headers = set
      }
      try record.key.withUnsafeBytes { key in
        try record.value.withUnsafeBytes { value in
          try producer.produce(
            topic, partition: record.partition, key: key, value: value,
            timestampMillis: record.timestampMillis,
            headers: headers)
        }
      }
    }
    try producer.flush(timeoutMillis: Self.waitMillis)
  }

  /// Makes the daemon's group commit an offset of every input partition.
  func commit(offset: Int64) throws {
    let consumer = try KafkaConsumer(
      brokers: cluster.bootstrap, group: "nadi-test", instance: nil, settings: [], log: { _, _, _ in })
    try consumer.commitSync(
      (0..<Int32(Input.partitionCount)).map {
        (TopicPartition(topic: Configurations.input, partition: $0), offset, metadata: "")
      })
  }

  struct ReadRecord {
    let partition: Int32
    let offset: Int64
    let key: String
    let value: Data
    let headers: [String: String]
  }

  /// Every record of a topic, in order within each partition.
  func read(_ topic: String) throws -> [ReadRecord] {
    let consumer = try KafkaConsumer(
      brokers: cluster.bootstrap, group: "reader", instance: nil,
      settings: [("fetch.wait.max.ms", "10"), ("check.crcs", "false")], log: { _, _, _ in })
    let count = topic == Configurations.output ? Self.outputPartitions : 1
    let partitions = (0..<count).map { TopicPartition(topic: topic, partition: Int32($0)) }
    try consumer.assign(partitions.map { ($0, KafkaConsumer.beginning) })
    var records: [ReadRecord] = []
    var ended = Set<TopicPartition>()
    let deadline = ContinuousClock.now + waitLimit
    while ended.count < count {
      guard ContinuousClock.now < deadline else { throw WaitFault(description: "the end of \(topic)") }
      _ = consumer.poll(limit: 10_000, timeoutMillis: 50) { records += $0.map(Self.copy) }
      for case .endOfPartition(let partition, _) in consumer.takeEvents() { ended.insert(partition) }
    }
    for partition in 0..<count {
      let first = records.first { $0.partition == partition }
      #expect(first == nil || first?.offset == 0, "the mock cluster dropped the beginning of \(topic)")
    }
    return records
  }

  /// The last update of each key of the output topic.
  func lastUpdates() throws -> PublishedUpdates {
    var last: [String: Data] = [:]
    for record in try read(Configurations.output) { last[record.key] = record.value }
    var updates = PublishedUpdates()
    for (key, value) in last { try updates.set(key, value) }
    return updates
  }

  private static func copy(_ record: KafkaRecord) -> ReadRecord {
    var headers: [String: String] = [:]
    record.forEachHeader { name, value in
      headers[String(cString: name)] = value.map { String(decoding: $0, as: UTF8.self) } ?? "(null)"
    }
    return ReadRecord(
      partition: record.partition, offset: record.offset, key: String(decoding: record.key, as: UTF8.self),
      value: Data(record.value), headers: headers)
  }
}
