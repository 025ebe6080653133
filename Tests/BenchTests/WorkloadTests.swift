import Foundation
import Testing

@testable import Bench

@Suite struct WorkloadTests {
  private func values(_ workload: some Workload, count: Int) -> [[UInt8]] {
    var workload = workload
    var record = WorkloadRecord()
    return (0..<count).map { _ in
      workload.next(&record)
      return record.key + [0] + record.value
    }
  }

  @Test func theSeedDecides() {
    #expect(values(FlatEvents(seed: 1), count: 500) == values(FlatEvents(seed: 1), count: 500))
    #expect(values(FlatEvents(seed: 1), count: 500) != values(FlatEvents(seed: 2), count: 500))
    #expect(values(SalesEvents(seed: 1), count: 500) == values(SalesEvents(seed: 1), count: 500))
    #expect(values(SalesEvents(seed: 1), count: 500) != values(SalesEvents(seed: 2), count: 500))
  }

  @Test func flatEventsAreOfTheSizeAndOrderThatIsSaid() {
    var workload = FlatEvents(seed: 3)
    var record = WorkloadRecord()
    var (bytes, latest): (Int, Int64) = (0, 0)
    for _ in 0..<10_000 {
      workload.next(&record)
      bytes += record.value.count
      #expect(record.timestampMillis > latest - 5_000)
      latest = max(latest, record.timestampMillis)
    }
    #expect((250...262).contains(bytes / 10_000))
    #expect(abs(latest - FlatEvents.start - 10_000_000 / 280) < 5_000)
  }

  @Test func oneOfTenSalesEventsIsAnOpportunity() {
    var workload = SalesEvents(seed: 3)
    var record = WorkloadRecord()
    var count = 0
    for _ in 0..<20_000 {
      workload.next(&record)
      if record.key.starts(with: Array("opportunity:".utf8)) { count += 1 }
    }
    #expect((1_800...2_200).contains(count))
  }

  @Test func choicesFollowTheirWeights() {
    let choice = WeightedChoice([1, 0, 3])
    var random = SeededRandom(state: 5)
    var counts = [0, 0, 0]
    for _ in 0..<40_000 { counts[choice.next(&random)] += 1 }
    #expect(counts[1] == 0)
    #expect(abs(counts[0] - 10_000) < 400)
  }

  @Test func offsetsGoOnFromPassToPass() {
    var workload = FlatEvents(seed: 4)
    let input = RecordedEvents(&workload, count: 10)
    let (first, second) = (input.records(), input.records(pass: 1))
    for partition in 0..<Int32(BenchEngine.partitionCount) {
      let offsets = (first + second).filter { $0.partition == partition }.map(\.offset)
      #expect(offsets == (0..<Int64(offsets.count)).map { $0 })
    }
    #expect(first.map { Array($0.value) } == second.map { Array($0.value) })
  }

  @Test func keysOfTimedEventsAreKnown() {
    func number(_ key: String) -> Int? {
      Array(key.utf8).withUnsafeBytes { ProbeWatch.number(in: $0) }
    }
    #expect(number("won_amount|rep_kind|\(ProbeWatch.rep(417))/call.completed|minute|1") == 417)
    #expect(number("won_amount|rep_kind|rep-1/probe-2|minute|1") == nil)
    #expect(number("won_amount|rep_kind|probe-|minute|1") == nil)
    #expect(number("probe-1") == nil)
  }
}
