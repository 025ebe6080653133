import Core
import Formats
import Foundation
import Testing

@testable import Service

/// After a restart records up to the committed offsets are replayed in silence, what follows is published.
@Suite struct SilentReplayTests {
  private static let input = Input.simulated(400, malformedShare: 0)
  private static let committed = 200
  private static let now = Input.start + 90 * 86_400_000

  /// What is derived from several partitions may change in silence and aloud before it is next looked at.
  @Test(arguments: [1, 10_000])
  func nothingIsLostWhereSilenceEnds(batchSize: Int) throws {
    let before = Array(Self.input.prefix(Self.committed))
    var published = try EngineRun(before, now: Self.now).updates
    var offsets = [Int64](repeating: 0, count: Input.partitionCount)
    for record in before { offsets[Int(record.partition)] += 1 }

    let configuration = try Configurations.make()
    let catalogue = try Core.Catalogue(configuration.catalogue)
    let engine = try Engine(
      configuration: configuration, catalogue: catalogue,
      partitions: offsets.enumerated().map {
        EnginePartition(topicIndex: 0, partition: Int32($0.offset), publishedUntil: $0.element)
      })
    engine.ledger.settle(watermark: Self.now)
    #expect(engine.isReplaying)
    let arena = InputArena(Self.input)
    // One partition after the other, so that the first are replayed long before the last.
    let records = arena.records.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    for start in stride(from: 0, to: records.count, by: batchSize) {
      let end = min(start + batchSize, records.count)
      records[start..<end].withUnsafeBufferPointer { engine.process($0) }
    }
    #expect(!engine.isReplaying)
    // Read again, as the service does: what has been taken already is passed over by its offset.
    #expect((engine.offsetsToReadAgain() != nil) == (batchSize == 1))
    #expect(engine.offsetsToReadAgain() == nil)
    arena.records.withUnsafeBufferPointer { engine.process($0) }
    let encoder = UpdateEncoder(catalogue: catalogue, source: "/nadi/nadi-test")
    try engine.ledger.publish(watermark: Self.now) { update in
      encoder.encode(update)
      try published.set(String(decoding: encoder.key, as: UTF8.self), Data(encoder.value))
    }
    engine.confirm()
    let differences = published.differences(from: try EngineRun(Self.input, now: Self.now).updates)
    #expect(differences == [])
  }

  @Test func silenceSaysNothing() throws {
    let configuration = try Configurations.make()
    let catalogue = try Core.Catalogue(configuration.catalogue)
    let input = Input.simulated(100)
    var offsets = [Int64](repeating: 0, count: Input.partitionCount)
    for record in input { offsets[Int(record.partition)] += 1 }
    let engine = try Engine(
      configuration: configuration, catalogue: catalogue,
      partitions: offsets.enumerated().map {
        EnginePartition(topicIndex: 0, partition: Int32($0.offset), publishedUntil: $0.element)
      })
    engine.ledger.settle(watermark: Self.now)
    let arena = InputArena(input)
    arena.records.withUnsafeBufferPointer { engine.process($0) }
    for partition in offsets.indices { engine.reachedEnd(topicIndex: 0, partition: Int32(partition)) }
    #expect(!engine.isReplaying)
    #expect(engine.ledger.publish(watermark: Self.now) { _ in } == 0)
    #expect(engine.deadLetters.isEmpty)
  }
}
