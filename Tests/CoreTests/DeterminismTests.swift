import Testing

@testable import Core

/// The state is a function of the records and of nothing else.
@Suite struct DeterminismTests {
  /// How a run is cut up.
  struct Course {
    var batch: Int
    var interruptionsPerThousand = 0
    var seed: UInt64
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let seed: UInt64
    let partitions: Int
    let metrics: Set<String>?
    var testDescription: String {
      "seed \(seed), \(partitions) partitions, \(metrics?.sorted() ?? ["all metrics"])"
    }
  }

  private static func end(
    _ events: [(partition: Int, event: SampleEvent)], _ catalogue: Catalogue, partitions: Int,
    _ course: Course
  ) throws -> (state: [UInt8], numbers: [NumberKey: NumberValue]) {
    var random = SplitMix(state: course.seed)
    var run = SampleRun(catalogue, partitions: partitions)
    for (place, (partition, event)) in events.enumerated() {
      run.feed(event, partition: partition)
      if (place + 1) % course.batch == 0 {
        run.flush()
        if Bool.random(using: &random) { run.publish() }
      }
      if Int.random(in: 0..<1_000, using: &random) < course.interruptionsPerThousand {
        run.publish()
        run = try run.restored()
      }
    }
    run.publish()
    let state = run.ledger.encodeState()
    return (state, run.publishAll())
  }

  private static let counts: Set<String> = [
    "calls", "minutes", "created", "won", "revenue", "spend", "open", "win_rate",
  ]
  private static let multisets: Set<String> = ["reps", "longest", "median"]

  static let cases: [Case] = [
    Case(seed: 11, partitions: 1, metrics: counts), Case(seed: 12, partitions: 3, metrics: counts),
    Case(seed: 13, partitions: 1, metrics: multisets), Case(seed: 14, partitions: 2, metrics: multisets),
    Case(seed: 15, partitions: 4, metrics: nil),
  ]

  @Test(arguments: cases) func batchesLeaveNoTrace(_ test: Case) throws {
    let first = try outcome(test, Course(batch: 1, seed: 1))
    for batch in [7, 50, 10_000] {
      let other = try outcome(test, Course(batch: batch, seed: UInt64(batch)))
      expectEqual(first, other, "seed \(test.seed), batches of \(batch)")
    }
  }

  @Test(arguments: cases) func interruptionsLeaveNoTrace(_ test: Case) throws {
    let first = try outcome(test, Course(batch: 7, seed: 1))
    for seed in 2...4 as ClosedRange<UInt64> {
      let other = try outcome(test, Course(batch: 7, interruptionsPerThousand: 15, seed: seed))
      expectEqual(first, other, "seed \(test.seed), interrupted with seed \(seed)")
    }
  }

  /// Who a rep belongs to must not depend on how events were batched.
  @Test func parentsDoNotDependOnBatches() throws {
    var options = SampleCatalogue.Options()
    options.metrics = ["calls"]
    options.windows = ["minute", "all"]
    let catalogue = try SampleCatalogue.compiled(options)
    func call(_ number: Int64, _ team: String) -> (partition: Int, event: SampleEvent) {
      let fields: [String: SampleValue] = [
        "kind": .text("call"), "ownerId": .text("rep-1"), "teamId": .text(team),
      ]
      return (0, SampleEvent("activity", at: SampleWorld.start + number, fields))
    }
    let events = [call(1, "team-a"), call(2, "team-b"), call(3, "team-a")]
    let single = try Self.end(events, catalogue, partitions: 1, Course(batch: 1, seed: 1))
    let together = try Self.end(events, catalogue, partitions: 1, Course(batch: 3, seed: 1))
    expectEqual(single, together, "batches of 1 and 3")
  }

  /// A deal first met in a row, then after a restart in a stream, is kept as it is without the restart.
  @Test func contactsDoNotDependOnRestarts() throws {
    var options = SampleCatalogue.Options()
    options.metrics = ["activities_per_win"]
    options.windows = ["all"]
    let catalogue = try SampleCatalogue.compiled(options)
    func call(_ number: Int64, of deal: String, entityId: String? = nil) -> SampleEvent {
      let fields: [String: SampleValue] = [
        "kind": .text("call"), "ownerId": .text("rep-1"), "opportunityId": .text(deal),
      ]
      return SampleEvent(
        "activity", id: "event-\(number)", entityId: entityId, at: SampleWorld.start + number, fields)
    }
    func state(isInterrupted: Bool, _ deals: (String, String)) throws -> [UInt8] {
      var run = SampleRun(catalogue, partitions: 1)
      run.feed(call(1, of: deals.0, entityId: "call-1"))
      run.feed(call(2, of: deals.1))
      run.publish()
      if isInterrupted { run = try run.restored() }
      run.feed(call(3, of: deals.0))
      run.publish()
      return run.ledger.encodeState()
    }
    for deals in [("deal-1", "deal-2"), ("deal-2", "deal-1")] {
      #expect(try state(isInterrupted: true, deals) == state(isInterrupted: false, deals), "\(deals)")
    }
  }

  /// Coarser panes wait while finer ones are applied, whose entries are more than the combine buffer may hold.
  @Test func panesThatWaitLeaveNoTrace() throws {
    var options = SampleCatalogue.Options()
    options.metrics = ["calls"]
    options.scopes = ["rep", "company"]
    options.windows = ["minute", "quarter_hour", "day", "month", "all"]
    let catalogue = try SampleCatalogue.compiled(options)
    let (count, repCount) = (30_000, 100)
    var random = SplitMix(state: 31)
    let reps = (0..<count).map { _ in Int.random(in: 0..<repCount, using: &random) }
    let (whole, inBatches) = (SampleRun(catalogue), SampleRun(catalogue))
    var waits = 0
    for (number, rep) in reps.enumerated() {
      let fields: [String: SampleValue] = ["kind": .text("call"), "ownerId": .text("rep-\(rep)")]
      let event = SampleEvent("activity", at: SampleWorld.start + Int64(number) * 2_880, fields)
      for run in [whole, inBatches] { run.feed(event) }
      guard number % 500 == 499 else { continue }
      let task = inBatches.tasks[0]
      let before = task.cells.pendingCount
      task.endBatch()
      let groups = (0..<catalogue.groups.count).map { task.cells.group($0) }
      if before > 0, task.cells.pendingCount == 0, groups.contains(where: { $0.pointee.hasPending }) {
        waits += 1
      }
    }
    #expect(waits >= 2)
    for run in [whole, inBatches] { run.publish() }
    #expect(whole.ledger.encodeState() == inBatches.ledger.encodeState())
    let numbers = inBatches.publishAll()
    let march: Int64 = 1_772_323_200_000
    for rep in 0..<repCount {
      let key = NumberKey(metric: "calls", scope: "rep", first: "rep-\(rep)", window: "month", start: march)
      #expect(numbers[key]?.millionths == Int128(reps.count { $0 == rep }) * 1_000_000, "\(key)")
    }
    #expect(SampleRun.difference(numbers, whole.publishAll()) == nil)
  }

  private func outcome(_ test: Case, _ course: Course) throws -> (
    state: [UInt8], numbers: [NumberKey: NumberValue]
  ) {
    var options = SampleCatalogue.Options()
    options.metrics = test.metrics
    options.windows = ["minute", "day", "all"]
    let events = SampleWorld.events(seed: test.seed, count: 400, partitions: test.partitions)
    return try Self.end(events, try SampleCatalogue.compiled(options), partitions: test.partitions, course)
  }

  private func expectEqual(
    _ left: (state: [UInt8], numbers: [NumberKey: NumberValue]),
    _ right: (state: [UInt8], numbers: [NumberKey: NumberValue]), _ note: String
  ) {
    let difference = zip(left.state, right.state).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    #expect(
      left.state.count == right.state.count && difference == nil,
      "\(note): states of \(left.state.count) and \(right.state.count) bytes differ at \(difference ?? -1)")
    #expect(SampleRun.difference(left.numbers, right.numbers) == nil, "\(note)")
  }
}
