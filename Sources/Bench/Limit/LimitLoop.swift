import Foundation
import Kafka
import Service

/// The least that a process must do with a topic: consume, decode the few members, one hash table access for each
/// event.
///
/// It publishes nothing, keeps nothing and is not safe; what it takes is what no program on librdkafka can be
/// faster than.
public struct LimitLoop {
  public var brokers: String
  public var topic: String
  public var partitions: Int
  /// How many events to read.
  public var events: Int
  public var properties: Settings

  public init(brokers: String, topic: String, partitions: Int, events: Int, properties: Settings) {
    self.brokers = brokers
    self.topic = topic
    self.partitions = partitions
    self.events = events
    self.properties = properties
  }

  /// What came of it.
  public struct Result: Codable {
    public var events: Int
    /// From the first record on, in seconds.
    public var wallSeconds: Double
    public var cpuSeconds: Double
    public var peakBytes: Int
    public var cells: Int
    public var bad: Int
  }

  private static let batchSize = 10_000
  private static let silenceMillisMax: Int64 = 60_000
  private static let settings: Settings = [
    ("auto.offset.reset", "earliest"), ("enable.partition.eof", "false"), ("check.crcs", "false"),
    ("fetch.message.max.bytes", "4000000"),
    ("queued.max.messages.kbytes", "500000"), ("queued.min.messages", "1000000"), ("fetch.wait.max.ms", "10"),
  ]

  /// Reads the events.
  ///
  /// - Throws: `KafkaError`, or `ServiceFault` when nothing comes any more.
  public func run() throws -> Result {
    let consumer = try KafkaConsumer(
      brokers: brokers, group: "nadi-bench-limit", instance: nil, settings: Self.settings + properties
    ) { _, _, _ in }
    try consumer.assignFromBeginning(TopicPartition.all(of: topic, count: partitions))
    let decoder = LimitDecoder()
    var table = LimitTable()
    var (count, bad) = (0, 0)
    var begun = WallClock.steadyMicros()
    var last = WallClock.steadyMillis()
    while count < events {
      let got = consumer.poll(limit: Self.batchSize, timeoutMillis: 1_000) { batch in
        if count == 0 { begun = WallClock.steadyMicros() }
        for record in batch {
          guard let fields = decoder.decode(record.value) else {
            bad += 1
            continue
          }
          table.add(
            rep: fields.rep, kind: fields.kind, time: fields.time, amount: fields.amount, isWon: fields.isWon)
        }
      }
      count += got
      try check(consumer, isSilent: got == 0, last: &last)
    }
    return Result(
      events: count, wallSeconds: Double(WallClock.steadyMicros() - begun) / 1e6,
      cpuSeconds: ProcessCost.cpuSeconds, peakBytes: ProcessCost.peakBytes ?? 0, cells: table.cellCount,
      bad: bad)
  }

  private func check(_ consumer: KafkaConsumer, isSilent: Bool, last: inout Int64) throws {
    for event in consumer.takeEvents() {
      if case .fatal(let error) = event { throw error }
    }
    let now = WallClock.steadyMillis()
    if !isSilent { last = now }
    guard now - last < Self.silenceMillisMax else {
      throw ServiceFault(
        .unavailable, "topic \(topic) has fewer than \(events) events, or its broker does not answer",
        remedy: "see that the broker runs and keeps what is produced")
    }
  }
}
