import Foundation
import Testing

/// The whole core under seeded chance: crashes between any two effects, lost and repeated answers, a disk that tears
/// and loses writes, rebalances, fencing, take-over; against a batch recomputation.
///
/// `NADI_SEEDS` is how many seeds are tried, `NADI_SEED` is a single one of them.
@Suite struct SimulationTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let seedCount = environment["NADI_SEEDS"].flatMap(UInt64.init) ?? 2_000
  private static let single = environment["NADI_SEED"].flatMap(UInt64.init)
  private static let lanes: UInt64 = 8
  private static let shownMax = 3

  @Test(arguments: 0..<lanes)
  func nothingIsLostAndNothingDoubled(lane: UInt64) throws {
    let shared = try SharedSetup.standard.get()
    var counts: [String: Int] = [:]
    var failed = 0
    let seeds =
      Self.single.map { lane == 0 ? [$0] : [] }
      ?? Array(stride(from: lane, to: Self.seedCount, by: UInt64.Stride(Self.lanes)))
    for seed in seeds {
      var simulation = Simulation(seed: seed, shared)
      let breaches = simulation.run()
      counts.merge(simulation.counts, uniquingKeysWith: +)
      guard !breaches.isEmpty else { continue }
      failed += 1
      if failed <= Self.shownMax {
        Issue.record(
          """
          seed \(seed), \(simulation.kind): \(breaches.prefix(4).joined(separator: "\\n"))
          repeat: NADI_SEED=\(seed) swift test --filter SimulationTests
          """)
      }
    }
    #expect(failed == 0, "of \(seeds.count) seeds")
    if Self.single == nil, seeds.count >= 100 {
      for what in [
        "crash", "standby", "take-over from memory", "rebalance", "retention", "stopped: fenced",
        "stopped in order",
      ] {
        #expect(counts[what, default: 0] > 0, "no \(what) happened: \(counts)")
      }
    }
    print("simulation lane \(lane): \(seeds.count) seeds, \(counts.sorted { $0.key < $1.key })")
  }
}
