import Foundation
import Kafka

/// Reads the output topic as any consumer would and keeps what the display shows.
struct DemoReader: Sendable {
  let brokers: String
  let topic: String
  let board: DemoBoard

  private static let batchSize = 10_000
  private static let endMillis = 5_000

  /// Reads until told to stop; returns when everything that was published has been read.
  func run() throws {
    // The mock broker of newer librdkafka writes transaction markers without a checksum, and drops old records.
    let settings: Settings = [
      ("check.crcs", "false"), ("auto.offset.reset", "earliest"), ("session.timeout.ms", "6000"),
    ]
    let consumer = try KafkaConsumer(
      brokers: brokers, group: "nadi-demo-display", instance: nil, settings: settings
    ) { _, facility, text in board.access { $0.note("display: \(facility): \(text)") } }
    defer { consumer.close(timeoutMillis: 2_000) }
    let count = try consumer.partitionCount(of: topic, timeoutMillis: 10_000) ?? 0
    let partitions = TopicPartition.all(of: topic, count: count)
    try consumer.assignFromBeginning(partitions)
    var positions = [Int64](repeating: 0, count: count)
    while board.access({ $0.order < .stopReader }) { try read(consumer, &positions) }
    let ends = try partitions.map { try consumer.watermarks($0, timeoutMillis: 5_000).high }
    let deadline = ContinuousClock.now + .milliseconds(Self.endMillis)
    while zip(positions, ends).contains(where: { $0 < $1 }), ContinuousClock.now < deadline {
      try read(consumer, &positions)
    }
  }

  private func read(_ consumer: KafkaConsumer, _ positions: inout [Int64]) throws {
    var updates: [(key: String, update: DemoUpdate?)] = []
    let decoder = JSONDecoder()
    _ = try consumer.poll(limit: Self.batchSize, timeoutMillis: 50) { batch in
      for record in batch {
        positions[Int(record.partition)] = record.offset + 1
        // A thousand reps' updates would be decoded for nothing; the key tells which are shown.
        guard DemoUpdate.isShown(key: record.key) else { continue }
        let update = record.isTombstone ? nil : try decoder.decode(DemoUpdate.self, from: Data(record.value))
        updates.append((String(decoding: record.key, as: UTF8.self), update))
      }
    }
    for event in consumer.takeEvents() {
      switch event {
      case .endOfPartition(let partition, let offset):
        positions[Int(partition.partition)] = max(positions[Int(partition.partition)], offset)
      case .failed(let error): board.access { $0.note("display: \(error)") }
      case .fatal(let error): throw error
      case .assigned, .revoked, .lost: break
      }
    }
    guard !updates.isEmpty else { return }
    let received = updates
    board.access { state in
      for (key, update) in received { state.table.apply(key: key, update) }
    }
  }
}
