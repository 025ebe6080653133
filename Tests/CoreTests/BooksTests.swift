import Testing

@testable import Core

/// The books balance after every event, and every refusal is entered under its reason.
@Suite struct BooksTests {
  private let start = SampleWorld.start

  private func run() throws -> SampleRun {
    SampleRun(try SampleCatalogue.compiled(), partitions: 1)
  }

  private func call(at time: Int64, _ fields: [String: SampleValue] = [:]) -> SampleEvent {
    SampleEvent("activity", at: time, fields.merging(["kind": .text("call")]) { given, _ in given })
  }

  /// Feeds one event to a new run and checks that it alone was refused.
  private func expectRefusal(_ event: SampleEvent, _ reason: RejectReason) throws {
    let run = try run()
    run.feed(call(at: start))
    let outcome = run.feed(event)
    guard case .rejected(reason, _) = outcome else {
      Issue.record("\(event) was \(outcome)")
      return
    }
    #expect(run.ledger.books.rejected == 1 && run.ledger.books.isBalanced)
    let counts = zip(RejectReason.allCases, run.tasks[0].rejections)
    for (other, count) in counts { #expect(count == (other == reason ? 1 : 0), "\(other)") }
    #expect(run.tasks[0].streamTime == start)
  }

  @Test func impossibleTimes() throws {
    try expectRefusal(call(at: -1), .impossibleTime)
    try expectRefusal(call(at: .min), .impossibleTime)
    try expectRefusal(call(at: .max), .impossibleTime)
    try expectRefusal(call(at: PartitionTask.latestTime + 1), .impossibleTime)
  }

  @Test func theFutureDoesNotAdvanceStreamTime() throws {
    let hour = SampleCatalogue.hour
    try expectRefusal(call(at: start + hour + 1).with { $0.recordTimestamp = start }, .fromTheFuture)
    let run = try run()
    #expect(run.feed(call(at: start + hour).with { $0.recordTimestamp = start }) == .counted)
    #expect(run.feed(call(at: start + 9 * hour).with { $0.recordTimestamp = -1 }) == .counted)
  }

  @Test func missingFields() throws {
    try expectRefusal(SampleEvent("opportunity", at: start), .missingField)
    try expectRefusal(SampleEvent("activity", at: start), .missingField)
    try expectRefusal(SampleEvent("activity", at: start, ["kind": .cleared]), .missingField)
    try expectRefusal(call(at: start).with { $0.operation = .delete }, .missingField)
    try expectRefusal(call(at: start).with { $0.operation = .merge }, .missingField)
    try expectRefusal(SampleEvent("cost", at: start), .missingField)
    // A row may come in parts.
    let run = try run()
    #expect(run.feed(SampleEvent("activity", entityId: "call-1", at: start)) == .counted)
  }

  @Test func ranges() throws {
    func survey(_ score: Int64, _ more: [String: SampleValue] = [:]) -> SampleEvent {
      let fields: [String: SampleValue] = ["kind": .text("survey"), "score": .number(score * 1_000_000)]
      return SampleEvent("activity", at: start, fields.merging(more) { given, _ in given })
    }
    let narrow: [String: SampleValue] = ["scaleMin": .number(1_000_000), "scaleMax": .number(5_000_000)]
    try expectRefusal(survey(11), .numberOutOfRange)
    try expectRefusal(survey(-1), .numberOutOfRange)
    try expectRefusal(survey(6, narrow), .numberOutOfRange)
    try expectRefusal(survey(0, narrow), .numberOutOfRange)
    let run = try run()
    for event in [survey(0), survey(10), survey(1, narrow), survey(5, narrow)] {
      #expect(run.feed(event) == .counted)
    }
    #expect(run.feed(survey(99).with { $0.fields["kind"] = .text("call") }) == .counted)
  }

  @Test func refetchIsCountedAndChangesNothing() throws {
    let run = try run()
    run.feed(SampleEvent("opportunity", entityId: "deal", at: start, ["status": .text("open")]))
    run.publish()
    let outcome = run.feed(
      SampleEvent("opportunity", entityId: "deal", at: start + 1, ["status": .text("won")]).with {
        $0.operation = .refetch
      })
    #expect(outcome == .filtered)
    #expect(run.hand().isEmpty)
    #expect(run.number("open") == 1_000_000)
  }

  @Test func duplicatesAreCountedOnce() throws {
    let run = try run()
    let event = call(at: start).with { $0.id = "event-1" }
    #expect(run.feed(event) == .counted)
    #expect(run.feed(event) == .duplicate)
    #expect(run.feed(call(at: start).with { $0.id = "event-2" }) == .counted)
    // A refused event is not remembered, so that a corrected one counts.
    let refused = SampleEvent("activity", id: "event-3", at: start)
    #expect(run.feed(refused) == .rejected(.missingField, field: 0))
    #expect(run.feed(call(at: start).with { $0.id = "event-3" }) == .counted)
    run.publish()
    #expect(run.number("calls") == 3_000_000)
  }

  @Test(arguments: [101, 102, 103] as [UInt64]) func balanceAfterEveryEvent(_ seed: UInt64) throws {
    let run = SampleRun(try SampleCatalogue.compiled(), partitions: 2)
    var random = SplitMix(state: seed)
    var rejected: UInt64 = 0
    for (partition, event) in SampleWorld.events(seed: seed, count: 400, partitions: 2) {
      run.feed(event, partition: partition)
      let task = run.tasks[partition]
      switch Int.random(in: 0..<12, using: &random) {
      case 0: run.feed(call(at: .max), partition: partition)
      case 1: run.feed(SampleEvent("opportunity", at: event.time), partition: partition)
      case 2: task.skip()
      case 3:
        task.reject(RejectReason.allCases[Int.random(in: 0..<RejectReason.allCases.count, using: &random)])
      case 4: run.feed(event.with { $0.operation = .refetch }, partition: partition)
      case 5: run.feed(event, partition: partition)
      case 6: run.publish()
      default: break
      }
      rejected = run.tasks.reduce(0) { $0 + $1.rejections.reduce(0, +) }
      #expect(
        run.tasks.allSatisfy { $0.books.isBalanced } && run.ledger.books.isBalanced, "seed \(seed): \(event)")
      #expect(run.ledger.books.rejected == rejected, "seed \(seed)")
    }
    #expect(run.ledger.books.duplicate > 0 && run.ledger.books.late > 0 && run.ledger.books.retractions > 0)
    #expect(rejected > 0 && run.ledger.books.filtered > 0)
  }
}
