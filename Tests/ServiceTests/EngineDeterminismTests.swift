import Testing

@testable import Service

/// Promise 1: the state is a function of the records and of nothing else.
@Suite struct EngineDeterminismTests {
  private static let count = 1_500
  private static let now = Input.start + 90 * 86_400_000
  private static let input = Input.simulated(count)
  private static let reference = Result { try EngineRun(input, now: now) }

  struct Way: Sendable, CustomTestStringConvertible {
    let batchSize: Int
    let workers: Int
    let interruptedAfter: [Int]
    var testDescription: String {
      "batches of \(batchSize), \(workers) workers, interrupted \(interruptedAfter.count)×"
    }
  }

  static let ways: [Way] = [1, 7, 10_000].flatMap { batchSize in
    [1, 2].flatMap { workers in
      [[], [1, 333, 1_100]].map { Way(batchSize: batchSize, workers: workers, interruptedAfter: $0) }
    }
  }

  @Test(arguments: ways)
  func equalStatesAndUpdates(_ way: Way) throws {
    let reference = try Self.reference.get()
    let run = try EngineRun(
      Self.input, batchSize: way.batchSize, workers: way.workers, interruptedAfter: way.interruptedAfter,
      now: Self.now, parses: false)
    #expect(run.state == reference.state)
    #expect(run.books == reference.books)
    #expect(run.deadLetterCount == reference.deadLetterCount)
    #expect(run.encoded.sorted { $0.lexicographicallyPrecedes($1) } == Self.sorted(reference))
  }

  private static func sorted(_ run: EngineRun) -> [[UInt8]] {
    run.encoded.sorted { $0.lexicographicallyPrecedes($1) }
  }

  @Test func inputIsWorthComparing() throws {
    let reference = try Self.reference.get()
    #expect(reference.books.isBalanced)
    #expect(reference.books.read >= UInt64(Self.count))
    #expect(reference.books.duplicate > 0)
    #expect(reference.books.rejected > 0)
    #expect(reference.books.retractions > 0)
    #expect(reference.deadLetterCount == Int(reference.books.rejected))
    #expect(reference.updates.values.count > 500)
    #expect(reference.encoded.count == reference.updates.values.count, "each key once")
  }

  @Test func recordsSeenBeforeAreIgnored() throws {
    let arena = InputArena(Array(Self.input.prefix(200)))
    let configuration = try Configurations.make()
    let engine = try Engine(
      configuration: configuration, catalogue: .init(configuration.catalogue),
      partitions: (0..<Input.partitionCount).map { EnginePartition(topicIndex: 0, partition: Int32($0)) })
    arena.records.withUnsafeBufferPointer { engine.process($0) }
    let state = engine.ledger.encodeState()
    arena.records.withUnsafeBufferPointer { engine.process($0) }
    #expect(engine.ledger.encodeState() == state)
  }
}
