import Foundation
import Kafka
import Service

/// Makes the state that a restart begins with: a snapshot of everything in a topic, and the group's offsets to go
/// with it.
///
/// A daemon would publish every cell before; here none is.
public enum RestartState {
  /// What was made.
  public struct Result: Codable {
    public var cells: Int
    public var snapshotBytes: Int
    /// By partition.
    public var positions: [Int64]
  }

  private static let batchSize = 10_000

  /// Makes it in a process of its own, so that the memory is given back, and commits the offsets.
  static func make(_ broker: BenchBroker, _ setup: DaemonSetup, count: Int, patience: Patience) throws
    -> Result
  {
    let child = try ChildProcess(
      ChildProcess.ownPath,
      [
        "bench", "restart-state", "--brokers", broker.bootstrap, "--topic", setup.input, "--partitions",
        "\(broker.partitions)", "--events", "\(count)", "--directory", setup.stateDirectory, "--group",
        setup.group,
      ] + broker.propertyArguments, name: "state", directory: setup.directory)
    _ = try child.finish(patience)
    let result = try child.result(Result.self)
    try GroupPositions(broker, group: setup.group, topic: setup.input).commit(result.positions)
    return result
  }

  /// Reads a topic of so many spread events in this process and writes the snapshot.
  public static func run(
    brokers: String, topic: String, partitions: Int, events: Int, properties: Settings, directory: String,
    group: String
  ) throws -> Result {
    let bench = try BenchEngine(.manyMinutes, topic: topic, partitions: partitions)
    let (engine, ledger) = (bench.engine, bench.engine.ledger)
    let consumer = try KafkaConsumer(
      brokers: brokers, group: "\(group)-state", instance: nil,
      settings: [("auto.offset.reset", "earliest")] + properties
    ) { _, _, _ in }
    try consumer.assignFromBeginning(TopicPartition.all(of: topic, count: partitions))
    var batches = 0
    while ledger.books.read < UInt64(events) {
      _ = consumer.poll(limit: batchSize, timeoutMillis: 1_000) { batch in
        batch.map { OnlyTopicRecord($0) }.withUnsafeBufferPointer { engine.process($0) }
      }
      for event in consumer.takeEvents() {
        if case .fatal(let error) = event { throw error }
      }
      batches += 1
      if batches % 10 == 0 { bench.publish(encodes: false) }
    }
    for partition in 0..<partitions { engine.reachedEnd(topicIndex: 0, partition: Int32(partition)) }
    ledger.settle(watermark: engine.watermark(now: WallClock.nowMillis()))
    let cost = try SnapshotProbe(path: directory, group: group).take(ledger)
    return Result(
      cells: ledger.cellCount, snapshotBytes: cost.bytes, positions: ledger.tasks.map(\.position))
  }
}
