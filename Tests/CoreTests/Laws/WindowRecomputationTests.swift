import Foundation
import Testing

@testable import Core

/// Laws of windows over random catalogues of all kinds and random events.
///
/// A case is an event judged for one window over it. `NADI_FULL_LAWS` in the environment makes them twenty times as
/// many; `NADI_LAW_SEED` with a seed that a failure names repeats that one alone.
@Suite struct WindowRecomputationTests {
  private static let isFull = ProcessInfo.processInfo.environment["NADI_FULL_LAWS"] != nil
  private static let single = ProcessInfo.processInfo.environment["NADI_LAW_SEED"].flatMap { UInt64($0) }

  private static func events(_ plan: LawPlan, _ count: Int, _ random: inout SplitMix) -> [LawEvent] {
    let spacing: Int64 =
      [10 * 60_000, NaiveZone.hour, 5 * NaiveZone.hour].randomElement(using: &random) ?? NaiveZone.hour
    return LawEvent.random(count, partitions: plan.partitions, spacing: spacing, &random)
  }

  /// Lets everything become final: silence for longer than any window and its grace.
  private static func finish(_ run: LawRun) {
    run.reachEnds()
    run.publish(now: run.ledger.streamTime + 900 * NaiveZone.day)
  }

  private static func expect(_ run: LawRun, _ model: LawModel, _ plan: LawPlan) {
    let numbers = model.numbers()
    var differences: [String] = []
    for (key, number) in numbers {
      let entry = run.latest[key]
      let isRight = entry?.value == PublishedNumber(millionths: number)
      if !isRight { differences.append("\(key) is \(number), published \(String(describing: entry))") }
      if let entry, key.window != "all", entry.state != .final {
        differences.append("\(key) is \(entry.state)")
      }
    }
    // What was taken back leaves an empty number, or a session that was withdrawn.
    for (key, entry) in run.latest where numbers[key] == nil {
      if LawPlan.streams.contains(key.metric) || !(entry.value.isNull || entry.value.millionths == 0) {
        differences.append("\(key) should not be there, published \(entry)")
      }
    }
    #expect(differences.isEmpty, "\(plan): \(differences.count): \(differences.sorted().first ?? "")")
    #expect(run.faults.isEmpty, "\(plan): \(run.faults.count): \(run.faults.first ?? "")")
    let books = run.ledger.books
    #expect(books.isBalanced && Int(books.read) == model.readCount, "\(plan): \(books)")
    #expect(Int(books.late) == model.lateCount, "\(plan): \(model.lateCount) are late, \(books)")
  }

  @Test func everyFinalNumberIsThatOfTheRecomputation() throws {
    var caseCount = 0
    let first = Self.single ?? 1_001
    var seed = first - 1
    while Self.single == nil ? caseCount < (Self.isFull ? 2_000_000 : 100_000) : caseCount == 0 {
      seed += 1
      caseCount += try Self.judge(seed: seed)
    }
    print("\(caseCount) cases of \(seed - first + 1) catalogues")
  }

  /// Compares one catalogue's final numbers with those of the recomputation.
  ///
  /// - Returns: how many cases it was.
  private static func judge(seed: UInt64) throws -> Int {
    let plan = LawPlan(seed: seed)
    var random = SplitMix(state: seed &* 31)
    var model = LawModel(plan)
    let run = LawRun(
      try plan.catalogue(), partitions: plan.partitions,
      isEveryUpdateAChange: plan.emission == .change || plan.emission == .close)
    for event in events(plan, 120, &random) {
      run.feed(event)
      model.take(event)
      switch Int.random(in: 0..<60, using: &random) {
      case 0..<3: run.publish()
      case 3:
        run.publish()
        try run.restart()
      case 4..<10: run.flush()
      default: break
      }
    }
    model.finish()
    finish(run)
    expect(run, model, plan)
    return model.caseCount
  }

  /// A session that waited for its interval when it became part of an earlier one is not published beside that.
  @Test func sessionsThatMergeWhileTheyWaitAreWithdrawnForGood() throws {
    #expect(try Self.judge(seed: 1_902) > 0)
  }

  /// Events that come out of order by less than grace give the numbers that they give in order.
  @Test(arguments: 2_001...(isFull ? 2_060 : 2_005) as ClosedRange<UInt64>)
  func orderWithinGraceChangesNothing(_ seed: UInt64) throws {
    var plan = LawPlan(seed: seed)
    plan.graceMillis = 2 * NaiveZone.day
    var random = SplitMix(state: seed &* 31)
    let ordered = Self.events(plan, 80, &random).sorted { $0.time < $1.time }
    let jittered = ordered.map { ($0, $0.time + Int64.random(in: 0..<NaiveZone.day, using: &random)) }
    func latest(_ events: [LawEvent]) throws -> [LawKey: LawRun.Entry] {
      let run = LawRun(try plan.catalogue(), partitions: plan.partitions)
      for (place, event) in events.enumerated() {
        run.feed(event)
        if place % 20 == 19 { run.publish() }
      }
      Self.finish(run)
      #expect(run.faults.isEmpty, "\(plan): \(run.faults.first ?? "")")
      return run.latest.filter { $0.value.value.isNull || $0.value.value.millionths != 0 }
    }
    let first = try latest(ordered)
    let second = try latest(jittered.sorted { $0.1 < $1.1 }.map(\.0))
    let unequal = Set(first.keys).union(second.keys).filter { key in
      first[key]?.value != second[key]?.value || first[key]?.state != second[key]?.state
    }
    #expect(unequal.isEmpty, "\(plan): \(unequal.count): \(unequal.first.map { "\($0)" } ?? "")")
    #expect(first.count > 100, "\(plan): only \(first.count) numbers")
  }

  /// What is kept is a function of the events: batches, snapshots and restores leave no trace in it.
  @Test(arguments: 3_001...(isFull ? 3_060 : 3_006) as ClosedRange<UInt64>)
  func batchesAndRestartsLeaveNoTrace(_ seed: UInt64) throws {
    let plan = LawPlan(seed: seed)
    var random = SplitMix(state: seed &* 31)
    let events = Self.events(plan, 150, &random)
    func state(batch: Int, restarts: Bool) throws -> [UInt8] {
      let run = LawRun(try plan.catalogue(), partitions: plan.partitions)
      for (place, event) in events.enumerated() {
        run.feed(event)
        if place % batch == batch - 1 {
          run.flush()
          if restarts { try run.restart() }
        }
      }
      return run.ledger.encodeState()
    }
    let one = try state(batch: 1, restarts: false)
    let thousand = try state(batch: 1_000, restarts: false)
    let cut = try state(batch: Int.random(in: 5...40, using: &random), restarts: true)
    Self.expectEqual(one, thousand, "\(plan): batches of 1 and 1000")
    Self.expectEqual(one, cut, "\(plan): restarts")
  }

  private static func expectEqual(_ left: [UInt8], _ right: [UInt8], _ note: String) {
    let place = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    #expect(
      left.count == right.count && place == nil,
      "\(note): states of \(left.count) and \(right.count) bytes differ at \(place ?? -1)")
  }
}
