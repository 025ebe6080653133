import Testing

@testable import Core

/// Rows made from other rows: first wins, activities of won deals, stays in stages.
@Suite struct DerivedRowTests {
  private let start = SampleWorld.start
  private let hour = SampleCatalogue.hour

  private func run(partitions: Int = 2, _ change: (inout SampleCatalogue.Options) -> Void = { _ in }) throws
    -> SampleRun
  {
    var options = SampleCatalogue.Options()
    options.windows = ["day", "all"]
    options.scopes = ["company", "rep", "stage"]
    change(&options)
    return SampleRun(try SampleCatalogue.compiled(options), partitions: partitions)
  }

  private func win(_ id: String, _ account: String, day: Int64, rep: String) -> SampleEvent {
    SampleEvent(
      "opportunity", entityId: id, at: start + day * SampleCatalogue.day,
      [
        "status": .text("won"), "accountId": .text(account), "ownerId": .text(rep),
        "amount": .number(1_000_000),
      ])
  }

  private func day(_ number: Int64) -> Int64 { start + number * SampleCatalogue.day }

  @Test(arguments: [false, true]) func anAccountIsWonOnceByItsFirstDeal(isReversed: Bool) throws {
    let run = try run()
    let wins = [
      (0, win("deal-1", "acme", day: 1, rep: "anna")), (1, win("deal-2", "acme", day: 3, rep: "ben")),
    ]
    for (partition, event) in isReversed ? wins.reversed() : wins {
      run.feed(event, partition: partition)
      run.publish()
    }
    #expect(run.number("new_customers") == 1_000_000)
    #expect(run.number("new_customers", "rep", "anna") == 1_000_000)
    #expect(run.number("new_customers", "rep", "ben") ?? 0 == 0)
    #expect(run.number("new_customers", window: "day", start: day(1)) == 1_000_000)
    #expect(run.number("new_customers", window: "day", start: day(3)) ?? 0 == 0)

    // Reopened, the second deal is the first; won again before it, the first is first again.
    run.feed(SampleEvent("opportunity", entityId: "deal-1", at: day(4), ["status": .text("open")]))
    run.publish()
    #expect(run.number("new_customers", "rep", "anna") == 0)
    #expect(run.number("new_customers", "rep", "ben") == 1_000_000)
    #expect(run.number("new_customers") == 1_000_000)
    run.feed(
      SampleEvent(
        "opportunity", entityId: "deal-1", at: day(5), ["status": .text("won"), "closedAt": .number(day(2))]))
    run.publish()
    #expect(run.number("new_customers", "rep", "ben") == 0)
    #expect(run.number("new_customers", window: "day", start: day(2)) == 1_000_000)
    #expect(run.number("new_customers", window: "day", start: day(1)) == 0)
    let again = try run.restored()
    #expect(SampleRun.difference(again.publishAll(), run.publishAll()) == nil)
    #expect(run.fallenRevisions == [])
  }

  @Test func anEvictedFirstWinStaysCountedAfterARestart() throws {
    let run = try run(partitions: 1) { $0.rowRetentionMillis = 2 * SampleCatalogue.day }
    run.feed(win("deal-1", "acme", day: 0, rep: "anna"))
    run.publish()
    run.feed(win("deal-9", "other", day: 10, rep: "ben"))
    run.publish()
    #expect(run.number("new_customers") == 2_000_000)
    let again = try run.restored()
    #expect(SampleRun.difference(again.publishAll(), run.publishAll()) == nil)
  }

  @Test func aSecondWinDoesNotMoveAnAccountWhoseFirstWinWasEvicted() throws {
    let run = try run(partitions: 1) { $0.rowRetentionMillis = 2 * SampleCatalogue.day }
    run.feed(win("deal-1", "acme", day: 0, rep: "anna"))
    run.publish()
    run.feed(win("deal-2", "acme", day: 10, rep: "ben"))
    run.publish()
    #expect(run.number("new_customers", "rep", "anna") == 1_000_000)
    #expect(run.number("new_customers", "rep", "ben") ?? 0 == 0)
  }

  @Test func activitiesCountForTheDealThatIsWon() throws {
    let run = try run()
    func call(_ number: Int64, id: String? = nil) -> SampleEvent {
      SampleEvent(
        "activity", entityId: id, at: start + number * hour,
        ["kind": .text("call"), "opportunityId": .text("deal-1"), "ownerId": .text("anna")])
    }
    run.feed(call(1), partition: 1)
    run.feed(call(2, id: "call-2"), partition: 1)
    run.feed(call(3, id: "call-3"), partition: 0)
    run.publish()
    #expect(run.number("activities_per_win") == nil)
    run.feed(win("deal-1", "acme", day: 1, rep: "anna"), partition: 0)
    run.publish()
    #expect(run.number("activities_per_win") == 3_000_000)
    run.feed(
      SampleEvent("activity", entityId: "call-2", at: day(2)).with { $0.operation = .delete }, partition: 1)
    run.publish()
    #expect(run.number("activities_per_win") == 2_000_000)
    run.feed(win("deal-2", "acme", day: 2, rep: "ben"), partition: 1)
    run.publish()
    #expect(run.number("activities_per_win") == 1_000_000)
    run.feed(
      SampleEvent("opportunity", entityId: "deal-1", at: day(3), ["status": .text("lost")]), partition: 0)
    run.publish()
    #expect(run.number("activities_per_win") == 0)
    let again = try run.restored()
    #expect(SampleRun.difference(again.publishAll(), run.publishAll()) == nil)
    #expect(run.fallenRevisions == [])
  }

  /// Stage, hours into the deal, and in the end the status.
  struct Path: Sendable {
    let steps: [(stage: String, hour: Int64)]
    let close: (status: String, hour: Int64)?
    /// By stage: stays that ended, of which converted, and their hours.
    let expected: [String: (stays: Int128, converted: Int128, hours: Int128)]
  }

  static let paths: [Path] = [
    Path(
      steps: [("new", 0), ("demo", 2), ("offer", 5)], close: ("won", 9),
      expected: ["new": (1, 1, 2), "demo": (1, 1, 3), "offer": (1, 1, 4)]),
    Path(
      steps: [("new", 0), ("offer", 4)], close: ("lost", 5),
      expected: ["new": (1, 1, 4), "offer": (1, 0, 1)]),
    Path(
      steps: [("new", 0), ("demo", 1), ("new", 3), ("demo", 6)], close: nil,
      expected: ["new": (2, 1, 4), "demo": (1, 0, 2)]),
    Path(steps: [("new", 0)], close: nil, expected: [:]),
  ]

  @Test(arguments: 0..<4, [false, true]) func staysFollowThePath(_ number: Int, isReversed: Bool) throws {
    let path = Self.paths[number]
    let run = try run(partitions: 1)
    var events = path.steps.map { step in
      SampleEvent(
        "opportunity", entityId: "deal", at: start + step.hour * hour,
        ["stage": .text(step.stage), "status": .text("open")])
    }
    if let close = path.close {
      events.append(
        SampleEvent(
          "opportunity", entityId: "deal", at: start + close.hour * hour, ["status": .text(close.status)]))
    }
    for event in isReversed ? events.reversed() : events {
      run.feed(event)
      run.publish()
    }
    for stage in ["new", "demo", "offer"] {
      let expected = path.expected[stage] ?? (0, 0, 0)
      #expect(run.number("stays", "stage", stage) ?? 0 == expected.stays * 1_000_000, "\(stage)")
      #expect(run.number("conversions", "stage", stage) ?? 0 == expected.converted * 1_000_000, "\(stage)")
      #expect(run.number("dwell", "stage", stage) ?? 0 == expected.hours * 3_600_000 * 1_000_000, "\(stage)")
    }
  }

  @Test func aReopenedDealResumesItsStay() throws {
    let run = try run(partitions: 1)
    func write(_ hours: Int64, _ fields: [String: SampleValue]) {
      run.feed(SampleEvent("opportunity", entityId: "deal", at: start + hours * hour, fields))
      run.publish()
    }
    write(0, ["stage": .text("new"), "status": .text("open")])
    write(4, ["status": .text("lost")])
    #expect(run.number("stays", "stage", "new") == 1_000_000)
    #expect(run.number("dwell", "stage", "new") == Int128(14_400_000_000_000))
    write(6, ["status": .text("open")])
    #expect(run.number("stays", "stage", "new") == 0)
    write(7, ["stage": .text("demo")])
    #expect(run.number("dwell", "stage", "new") == Int128(25_200_000_000_000))
    #expect(run.number("conversions", "stage", "new") == 1_000_000)
  }
}
