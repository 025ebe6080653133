import Service

/// For how long a snapshot stops processing, and how large it is, when a share of the cells has changed.
public struct SnapshotBench {
  public var cells: Int
  /// Snapshots for each share.
  public var rounds: Int
  /// Where they are written.
  public var directory: String

  public init(cells: Int, rounds: Int, directory: String) {
    self.cells = cells
    self.rounds = rounds
    self.directory = directory
  }

  /// The columns for people.
  public static let table = BenchTable([
    ("cells", "cells", 13), ("changedCells", "changed", 13), ("pauseP50Millis", "pause p50 ms", 14),
    ("pauseP99Millis", "p99", 9), ("pauseMaxMillis", "max", 9), ("mebibytes", "MiB", 9),
    ("writeMillis", "write ms", 10),
  ])

  /// One of so many cells changes between two snapshots; nil is before the first.
  private static let oneOf: [Int?] = [nil, 1_000, 100, 10, 1]

  /// Runs in this process.
  public func run() throws -> [BenchLine] {
    let bench = try BenchEngine(.manyMinutes)
    let ledger = bench.engine.ledger
    let probe = try SnapshotProbe(path: "\(directory)/snapshots", group: "bench")
    var workload = SpreadEvents()
    bench.feed(&workload, count: cells / 2)
    return try Self.oneOf.map { oneOf in
      var pauses = LatencyHistogram()
      var (writes, sizes): ([Double], [Double]) = ([], [])
      for _ in 0..<(oneOf == nil ? 1 : rounds) {
        if let oneOf {
          var changes = EverySoOften(workload: SpreadEvents(), step: oneOf)
          bench.feed(&changes, count: cells / 2 / oneOf)
        }
        let cost = try probe.take(ledger)
        pauses.record(micros: cost.pauseMicros)
        writes.append(Double(cost.writeMicros) / 1_000)
        sizes.append(Double(cost.bytes))
      }
      var line = BenchLine(bench: "snapshot", job: oneOf.map { "one cell of \($0) changed" } ?? "the first")
      line.add("cells", ledger.cellCount)
      line.add("changedCells", oneOf.map { cells / $0 } ?? ledger.cellCount)
      line.add("rounds", Int(pauses.count))
      for (name, share) in [("pauseP50Millis", 0.5), ("pauseP99Millis", 0.99), ("pauseMaxMillis", 1)] {
        line.add(name, Double(pauses.percentile(share)) / 1_000, 2)
      }
      line.add("mebibytes", bytes: Median.of(sizes), 3)
      line.add("writeMillis", Median.of(writes), 1)
      return line
    }
  }
}

/// One record of so many of a workload.
private struct EverySoOften: Workload {
  var workload: SpreadEvents
  let step: Int

  mutating func next(_ record: inout WorkloadRecord) {
    workload.next(&record)
    workload.number += step - 1
  }
}
