import Testing

@testable import Core

/// Windows open, close and become final, each published once.
@Suite struct LifeCycleTests {
  private static let start = SampleWorld.start
  private static let minute = SampleCatalogue.minute
  private static let day = SampleCatalogue.day

  private static func run(
    partitions: Int = 1, _ change: (inout SampleCatalogue.Options) -> Void = { _ in }
  ) throws -> SampleRun {
    var options = SampleCatalogue.Options()
    options.windows = ["minute", "day", "all"]
    options.scopes = ["company", "rep"]
    options.graceMillis = 5 * minute
    options.metrics = ["calls", "won", "median"]
    change(&options)
    return SampleRun(try SampleCatalogue.compiled(options), partitions: partitions)
  }

  private static func call(_ offset: Int64, rep: String = "anna") -> SampleEvent {
    SampleEvent(
      "activity", at: start + offset,
      ["kind": .text("call"), "ownerId": .text(rep), "minutes": .number(offset % 7 * 1_000_000)])
  }

  private static func won(_ id: String, at offset: Int64, closed: Int64) -> SampleEvent {
    SampleEvent(
      "opportunity", entityId: id, at: start + offset,
      ["status": .text("won"), "closedAt": .number(start + closed), "ownerId": .text("anna")])
  }

  /// Every finite window went through its states in order, and was closed at most and final exactly once.
  private static func expectLives(_ run: SampleRun, _ note: String) {
    for (key, states) in run.handedOver where key.window != "all" {
      #expect(
        states.map(\.rawValue) == states.map(\.rawValue).sorted(), "\(note): \(key) went through \(states)")
      #expect(states.filter { $0 == .closed }.count <= 1, "\(note): \(key) went through \(states)")
      #expect(states.filter { $0 == .final }.count == 1, "\(note): \(key) went through \(states)")
    }
    #expect(run.fallenRevisions == [], "\(note)")
  }

  @Test(arguments: [1, 3], 301...303 as ClosedRange<UInt64>)
  func everyWindowIsFinalOnce(_ partitions: Int, _ seed: UInt64) throws {
    var random = SplitMix(state: seed)
    var run = try Self.run(partitions: partitions) { $0.retentionMillis = 2 * Self.day }
    var offset: Int64 = 0
    for _ in 0..<150 {
      // Now and then a weekend passes.
      offset +=
        Int.random(in: 0..<40, using: &random) == 0
        ? 2 * Self.day : Int64.random(in: 0..<2 * Self.minute, using: &random)
      for partition in 0..<partitions {
        run.feed(Self.call(offset, rep: "rep-\(Int.random(in: 0..<3, using: &random))"), partition: partition)
      }
      switch Int.random(in: 0..<8, using: &random) {
      case 0..<3: run.publish()
      case 3:
        run.publish()
        run = try run.restored()
      default: break
      }
    }
    // Silence: every partition was read to its end and the clock goes on.
    for task in run.tasks { task.isAtEnd = true }
    for step in 0...40 as ClosedRange<Int64> {
      run.publish(now: Self.start + offset + step * 60 * Self.minute)
      if step == 20 { run = try run.restored() }
    }
    Self.expectLives(run, "seed \(seed)")
    let silent = run.hand(now: Self.start + offset + 9 * Self.day)
    #expect(silent.isEmpty, "seed \(seed): \(silent.first.map { "\($0.key)" } ?? "")")
  }

  @Test func closedComesBetweenOpenAndFinal() throws {
    let run = try Self.run()
    for step in 0..<30 as Range<Int64> {
      run.feed(Self.call(step * Self.minute))
      run.publish()
    }
    let key = NumberKey(metric: "calls", scope: "company", window: "minute", start: Self.start + Self.minute)
    #expect(run.handedOver[key] == [.open, .closed, .final])
  }

  @Test func silenceCountsOnlyAtTheEndOfAPartition() throws {
    let run = try Self.run(partitions: 2)
    run.feed(Self.call(0), partition: 0)
    run.feed(Self.call(0), partition: 1)
    run.publish(now: Self.start + Self.day)
    #expect(run.ledger.watermark == Self.start)
    run.tasks[0].isAtEnd = true
    run.publish(now: Self.start + Self.day)
    #expect(run.ledger.watermark == Self.start)
    run.tasks[1].isAtEnd = true
    run.publish(now: Self.start + Self.day)
    #expect(run.ledger.watermark == Self.start + Self.day)
    // The clock of another machine may be behind.
    run.publish(now: Self.start)
    #expect(run.ledger.watermark == Self.start + Self.day)
  }

  @Test(arguments: 311...314 as ClosedRange<UInt64>) func whatWasNotConfirmedIsHandedOverAgain(_ seed: UInt64)
    throws
  {
    let run = SampleRun(try SampleCatalogue.compiled(), partitions: 2)
    var random = SplitMix(state: seed)
    var watermark = Int64.min
    for (partition, event) in SampleWorld.events(seed: seed, count: 250, partitions: 2) {
      run.feed(event, partition: partition)
      guard Int.random(in: 0..<10, using: &random) == 0 else { continue }
      let first = run.hand()
      let second = run.hand(isRetry: true)
      #expect(first == second, "seed \(seed)")
      #expect(run.ledger.watermark >= watermark, "seed \(seed)")
      watermark = run.ledger.watermark
      run.ledger.confirm()
      #expect(run.hand().isEmpty, "seed \(seed)")
    }
    #expect(run.fallenRevisions == [], "seed \(seed)")
  }

  @Test func latenessGoesByGraceOfEachWindow() throws {
    let run = try Self.run()
    let minuteStart = Self.start
    run.feed(Self.call(10_000))
    run.feed(Self.call(4 * Self.minute))
    run.publish()
    #expect(run.number("calls", window: "minute", start: minuteStart) == 1_000_000)
    // The minute ended four minutes ago; grace is five.
    #expect(run.feed(Self.call(20_000)) == .counted)
    run.publish()
    #expect(run.number("calls", window: "minute", start: minuteStart) == 2_000_000)
    run.feed(Self.call(6 * Self.minute))
    let window = try #require(run.catalogue.windows.firstIndex { $0.name == "minute" })
    #expect(run.feed(Self.call(30_000)) == .late(window: window, lateMillis: 0))
    run.publish()
    #expect(run.number("calls", window: "minute", start: minuteStart) == 2_000_000)
    #expect(run.number("calls", window: "day", start: minuteStart) == 5_000_000)
    #expect(run.number("calls") == 5_000_000)
    #expect(run.ledger.books.late == 1 && run.ledger.books.isBalanced)
  }

  @Test func aFinalWindowIsAmendedWithAHigherRevision() throws {
    let run = try Self.run()
    run.feed(Self.won("deal-1", at: 0, closed: 0))
    run.publish()
    run.feed(Self.call(Self.day * 2))
    run.publish()
    let key = NumberKey(metric: "won", scope: "company", window: "minute", start: Self.start)
    let final = try #require(run.latest[key])
    #expect(final.state == .final && final.millionths == 1_000_000)
    run.feed(
      SampleEvent("opportunity", entityId: "deal-1", at: Self.start + Self.day * 2, ["status": .text("open")])
    )
    run.publish()
    let amended = try #require(run.latest[key])
    #expect(amended.state == .final && amended.millionths == 0 && amended.revision > final.revision)
    let again = try run.restored()
    again.feed(Self.won("deal-1", at: Self.day * 2 + 1, closed: 0))
    again.publish()
    #expect(try #require(again.latest[key]).revision > amended.revision)
    #expect(again.fallenRevisions == [])
  }

  @Test func expiredWindowsAreFreedAndNoLongerCorrected() throws {
    let run = try Self.run { $0.retentionMillis = 10 * Self.minute }
    var most = 0
    for step in 0..<400 as Range<Int64> {
      run.feed(Self.call(step * Self.minute))
      run.publish()
      most = max(most, run.ledger.cellCount)
    }
    #expect(most < 200, "\(most) cells")
    for (key, states) in run.handedOver
    where key.window == "minute" && key.start < Self.start + 380 * Self.minute {
      #expect(states.last == .final, "\(key) went through \(states)")
    }
    let late = run.feed(Self.won("deal-1", at: 400 * Self.minute, closed: 0))
    guard case .late = late else {
      Issue.record("a correction past retention was \(late)")
      return
    }
    run.publish()
    #expect(run.number("won", window: "minute", start: Self.start) == nil)
    #expect(run.number("won") == 1_000_000)
  }

  /// Retention need not be longer than grace: disorder holds the watermark back, but not expiry.
  @Test func noWindowExpiresBeforeItIsFinal() throws {
    let run = try Self.run {
      $0.disorderMillis = 30 * Self.minute
      $0.retentionMillis = $0.graceMillis
    }
    for step in 0..<90 as Range<Int64> {
      run.feed(Self.call(step * Self.minute))
      run.publish()
    }
    let key = NumberKey(metric: "calls", scope: "company", window: "minute", start: Self.start)
    #expect(run.ledger.watermark == Self.start + 59 * Self.minute)
    #expect(run.handedOver[key]?.last == .final, "\(run.handedOver[key] ?? [])")
  }

  /// A metric over the window before keeps a rising revision when that window expires first.
  @Test func revisionsRiseAlsoWhenTheWindowBeforeExpires() throws {
    let run = try Self.run {
      $0.metrics = ["prior_spend_per_win", "won", "spend"]
      $0.windows = ["day"]
      $0.retentionMillis = 2 * Self.day
    }
    func spend(_ offset: Int64) -> SampleEvent {
      SampleEvent("cost", at: Self.start + offset, ["amount": .number(5_000_000), "currency": .text("EUR")])
    }
    for step in 0..<9 as Range<Int64> { run.feed(spend(step)) }
    run.feed(spend(Self.day))
    run.feed(Self.won("deal-1", at: Self.day, closed: Self.day))
    run.publish()
    let second = Self.start + Self.day
    #expect(run.number("prior_spend_per_win", currency: "EUR", window: "day", start: second) == 45_000_000)
    // The first day is gone, the second can still be corrected.
    run.feed(spend(3 * Self.day + 1))
    run.publish()
    run.feed(Self.won("deal-2", at: 3 * Self.day + 2, closed: Self.day))
    run.publish()
    #expect(run.number("prior_spend_per_win", currency: "EUR", window: "day", start: second) == 22_500_000)
    #expect(run.fallenRevisions == [])
  }
}
