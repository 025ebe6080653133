import Testing

@testable import Core

/// What is kept does not grow with the time that has passed.
@Suite struct WindowMemoryTests {
  private static let minute: Int64 = 60_000

  private static func plan() -> LawPlan {
    var plan = LawPlan(seed: 1)
    plan.zone = .summer
    plan.metricZone = nil
    plan.regionZones = [nil, nil]
    plan.late = .deadLetter
    plan.emission = .change
    plan.graceMillis = NaiveZone.hour
    plan.retentionMillis = 2 * NaiveZone.day
    plan.kinds = [
      .tumbling(size: 15 * minute, offset: 0), .hopping(size: 60 * minute, slide: 15 * minute, offset: 0),
      .rollingDays(3), .steps(size: 60 * minute, step: 20 * minute), .session(45 * minute), .day, .all,
    ]
    return plan
  }

  @Test func aYearOfEventsLeavesNoMoreThanAMonth() throws {
    let plan = Self.plan()
    let run = LawRun(try plan.catalogue(), partitions: plan.partitions)
    var random = SplitMix(state: 7)
    var cells: [Int] = []
    var bytes: [Int] = []
    for day in 0..<365 as Range<Int64> {
      for _ in 0..<6 {
        for partition in 0..<plan.partitions {
          let time =
            SampleWorld.start + day * NaiveZone.day + Int64.random(in: 0..<NaiveZone.day, using: &random)
          run.feed(
            LawEvent(
              partition: partition, time: time, rep: Int.random(in: 0..<4, using: &random),
              content: .call(minutes: 250_000)))
        }
      }
      run.publish()
      cells.append(run.ledger.cellCount)
      bytes.append(run.ledger.encodeState().count)
    }
    for (name, sizes) in [("cells", cells), ("bytes of state", bytes)] {
      let early = sizes[10..<40].max() ?? 0
      let late = sizes[335...].max() ?? 0
      #expect(early > 0 && late <= early * 5 / 4, "\(name): \(early) in the first month, \(late) in the last")
    }
  }
}
