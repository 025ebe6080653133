import Catalogue
import Core
import Formats
import Foundation
import Testing

@testable import Service

/// The core alone over some input, for comparison.
struct EngineRun {
  var state: [UInt8] = []
  var books = Books()
  var deadLetterCount = 0
  var lateCount = 0
  /// Dead letters by reason.
  var reasons: [String: Int] = [:]
  /// Dimension values that were taken as `__other__`.
  var overflowCount = 0
  var updates = PublishedUpdates()
  /// Every update as it was encoded, in order.
  var encoded: [[UInt8]] = []

  /// - Parameters:
  ///   - interruptedAfter: records after which the state is written, and read by a new engine that goes on.
  ///   - now: the wall clock in milliseconds when everything is read.
  ///   - dimensionValues: how many different texts a partition keeps; nil is the default.
  init(
    _ input: [InputRecord], batchSize: Int = 10_000, workers: Int = 1, interruptedAfter: [Int] = [],
    grace: String = "24h", now: Int64 = WallClock.nowMillis(), parses: Bool = true, catalogue: String = "",
    dimensionValues: Int? = nil
  ) throws {
    var configuration = try Configurations.make(workers: workers, grace: grace, catalogue: catalogue)
    if let dimensionValues { configuration.catalogue.maximumDimensionValues = dimensionValues }
    let catalogue = try Core.Catalogue(configuration.catalogue)
    let partitions = (0..<Input.partitionCount).map { EnginePartition(topicIndex: 0, partition: Int32($0)) }
    var engine = try Engine(configuration: configuration, catalogue: catalogue, partitions: partitions)
    let arena = InputArena(input)
    var place = 0
    while place < arena.records.count {
      let stop = interruptedAfter.first { $0 > place } ?? arena.records.count
      let end = min(place + batchSize, stop, arena.records.count)
      arena.records[place..<end].withUnsafeBufferPointer { engine.process($0) }
      place = end
      note(engine.deadLetters)
      engine.forgetDeadLetters()
      guard interruptedAfter.contains(place) else { continue }
      let ledger = Engine.emptyLedger(catalogue: catalogue, topics: engine.topics, partitions)
      try ledger.decodeState(engine.ledger.encodeState())
      engine = try Engine(
        configuration: configuration, catalogue: catalogue, partitions: partitions, restored: ledger)
    }
    state = engine.ledger.encodeState()
    books = engine.ledger.books
    overflowCount = engine.ledger.overflowCount
    for partition in partitions { engine.reachedEnd(topicIndex: 0, partition: partition.partition) }
    let encoder = UpdateEncoder(catalogue: catalogue, source: "/nadi/nadi-test")
    try engine.ledger.publishAll(watermark: engine.watermark(now: now)) { update in
      encoder.encode(update)
      encoded.append(Array(encoder.key) + [0] + Array(encoder.value))
      if parses { try updates.set(String(decoding: encoder.key, as: UTF8.self), Data(encoder.value)) }
    }
  }

  private mutating func note(_ letters: [DeadLetter]) {
    for letter in letters {
      if case .rejected(let reason, _) = letter.kind {
        deadLetterCount += 1
        reasons[reason, default: 0] += 1
      } else {
        lateCount += 1
      }
    }
  }
}
