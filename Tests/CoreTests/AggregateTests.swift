import Testing

@testable import Core

/// Laws that hold for every aggregate: count, sum, distinct, quantile, minimum, maximum.
@Suite struct AggregateTests {
  private static let metrics: Set<String> = ["calls", "minutes", "reps", "longest", "shortest", "median"]

  private func run(partitions: Int) throws -> SampleRun {
    var options = SampleCatalogue.Options()
    options.metrics = Self.metrics
    options.graceMillis = SampleCatalogue.forever
    options.windows = ["quarter_hour", "day", "all"]
    return SampleRun(try SampleCatalogue.compiled(options), partitions: partitions)
  }

  private func call(_ random: inout SplitMix, id: String) -> SampleEvent {
    let rep = Int.random(in: 0..<4, using: &random)
    return SampleEvent(
      "activity", entityId: id, at: SampleWorld.start + Int64.random(in: 0..<7_200_000, using: &random),
      [
        "kind": .text(["call", "email"][Int.random(in: 0..<2, using: &random)]),
        "ownerId": .text("rep-\(rep)"),
        "teamId": .text("team-\(rep % 2)"),
        "minutes": .number(Int64.random(in: -9...9, using: &random) * 500_000),
      ])
  }

  private func values(_ run: SampleRun) -> [NumberKey: Int128] {
    run.publishAll().compactMapValues(\.millionths).filter { $0.value != 0 }
  }

  @Test(arguments: 201...208 as ClosedRange<UInt64>) func takingBackUndoesAdding(_ seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let (full, kept) = (try run(partitions: 1), try run(partitions: 1))
    for number in 0..<80 {
      let event = call(&random, id: "call-\(number)")
      full.feed(event)
      if Bool.random(using: &random) { full.flush() }
      if Bool.random(using: &random) {
        full.feed(
          SampleEvent("activity", entityId: "call-\(number)", at: event.time + 1).with {
            $0.operation = .delete
          })
      } else {
        kept.feed(event)
      }
      if Int.random(in: 0..<10, using: &random) == 0 { full.publish() }
    }
    #expect(values(full) == values(kept), "seed \(seed)")
  }

  @Test func whatIsAllTakenBackLeavesNothing() throws {
    var random = SplitMix(state: 209)
    let run = try run(partitions: 1)
    let events = (0..<40).map { call(&random, id: "call-\($0)") }
    for event in events { run.feed(event) }
    run.publish()
    for event in events.shuffled(using: &random) {
      run.feed(
        SampleEvent("activity", entityId: event.entityId, at: event.time + 1).with { $0.operation = .delete })
    }
    run.publish()
    for (key, value) in run.latest {
      let isCounted = ["calls", "minutes", "reps"].contains(key.metric)
      #expect(value.millionths == (isCounted ? 0 : nil), "\(key)")
    }
  }

  @Test(arguments: 211...216 as ClosedRange<UInt64>) func partitionsMergeToOne(_ seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let whole = try run(partitions: 1)
    let parts = try run(partitions: 4)
    for number in 0..<150 {
      var event = call(&random, id: "call-\(number)")
      if Bool.random(using: &random) { event.entityId = nil }
      whole.feed(event)
      parts.feed(event, partition: Int.random(in: 0..<4, using: &random))
      if Int.random(in: 0..<9, using: &random) == 0 { whole.flush() }
      if Int.random(in: 0..<9, using: &random) == 0 { parts.publish() }
    }
    // What was published along the way ends at the same numbers.
    parts.publish()
    let published = parts.latest.compactMapValues(\.millionths).filter { $0.value != 0 }
    #expect(published == values(parts), "seed \(seed)")
    #expect(values(whole) == values(parts), "seed \(seed)")
    #expect(parts.fallenRevisions == [], "seed \(seed)")
  }

  @Test func sumsAreExactBeyondSixtyFourBits() throws {
    let run = try run(partitions: 1)
    let great = Int64.max - 5
    for number in 0..<4 {
      run.feed(
        SampleEvent(
          "activity", entityId: "call-\(number)", at: SampleWorld.start,
          ["kind": .text("call"), "minutes": .number(great)]))
    }
    run.publish()
    #expect(run.number("minutes") == Int128(great) * 4)
    for number in 0..<3 {
      run.feed(
        SampleEvent(
          "activity", entityId: "call-\(number)", at: SampleWorld.start, ["minutes": .number(-great)]))
    }
    run.publish()
    #expect(run.number("minutes") == Int128(great) * -2)
  }

  @Test func quantilesInterpolateBetweenTheClosestRanks() throws {
    let run = try run(partitions: 2)
    for (number, minutes) in ([4_000_000, 1_000_000, 2_000_000, 3_000_000] as [Int64]).enumerated() {
      run.feed(
        SampleEvent(
          "activity", at: SampleWorld.start, ["kind": .text("call"), "minutes": .number(minutes)]),
        partition: number % 2)
    }
    run.publish()
    #expect(run.number("median") == 2_500_000)
    #expect(run.number("shortest") == 1_000_000)
    #expect(run.number("longest") == 4_000_000)
  }
}
