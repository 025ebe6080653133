import Testing

@testable import Service

/// Promise 1: the state is a function of the records and of nothing else.
@Suite struct EngineDeterminismTests {
  private static let count = 500
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
      [[], [1, 150, 400]].map { Way(batchSize: batchSize, workers: workers, interruptedAfter: $0) }
    }
  }

  @Test(arguments: ways)
  func equalStatesAndUpdates(_ way: Way) throws {
    let reference = try Self.reference.get()
    let run = try EngineRun(
      Self.input, batchSize: way.batchSize, workers: way.workers, interruptedAfter: way.interruptedAfter,
      now: Self.now, parses: false)
    // Compared outside the macro, which would print both.
    let isEqual = run.state == reference.state
    #expect(isEqual, "the states differ")
    #expect(run.books == reference.books)
    #expect(run.deadLetterCount == reference.deadLetterCount)
    let areEqual = Self.sorted(run) == Self.sorted(reference)
    #expect(areEqual, "the updates differ")
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

  /// A rep moved to another team and back within one pane: the last word counts, however it is batched.
  @Test func parentsAreThoseSeenLast() throws {
    let moves = zip(["team-a", "team-b", "team-a"], 1...).map { team, hour in
      Input.call("c\(hour)", rep: "rep-1", at: "2025-03-03T0\(hour):00:00Z", extra: #","teamId":"\#(team)""#)
    }
    let single = try EngineRun(moves, batchSize: 1, now: Self.now)
    let together = try EngineRun(moves, now: Self.now)
    let isEqual = single.state == together.state
    #expect(isEqual, "the state depends on the size of batches")
    #expect(single.updates.differences(from: together.updates) == [])
    let update = try #require(
      together.updates.values.first {
        $0.key.hasPrefix("calls|rep|rep-1|all|")
      }?.value)
    #expect(update.contains(#""parent":{"scope":"team","scopeId":"team-a"}"#), "\(update)")
  }

  /// The scope above has one of the cell's own dimensions.
  @Test func aPairIsBelowOneOfItsIds() throws {
    let run = try EngineRun(
      [Input.call("c1", rep: "ann", at: "2025-03-03T01:00:00Z")], now: Self.now,
      catalogue: """
        , built_in: [calls], scopes: [rep, { name: rep_kind, dimensions: [rep, kind], parent: rep },
          { name: kind_rep, dimensions: [kind, rep], parent: rep }]
        """)
    for scope in ["rep_kind", "kind_rep"] {
      let update = try #require(run.updates.values.first { $0.key.hasPrefix("calls|\(scope)|") }?.value)
      #expect(update.contains(#""parent":{"scope":"rep","scopeId":"ann"}"#), "\(update)")
    }
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
