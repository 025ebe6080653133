import Service

/// For how long a snapshot stops processing at one time, and how large it is, when a share of the state has changed and
/// goes on to.
public struct SnapshotBench {
  /// Snapshots for each share.
  public var rounds: Int
  /// Where they are written.
  public var directory: String

  public init(rounds: Int, directory: String) {
    self.rounds = rounds
    self.directory = directory
  }

  /// The columns for people.
  public static let table = BenchTable([
    ("count", "count", 13), ("changed", "changed", 13), ("pauseP50Millis", "pause p50 ms", 14),
    ("pauseP99Millis", "p99", 9), ("pauseMaxMillis", "max", 9), ("encodeMillis", "in all ms", 11),
    ("mebibytes", "MiB", 9), ("writeMillis", "write ms", 10),
  ])

  /// One of so many changes between two snapshots; nil is before the first.
  private static let oneOf: [Int?] = [nil, 1_000, 100, 10, 1]
  /// Events that are processed between two pieces of a snapshot.
  private static let eventsBetween = 1_000

  /// Of so many cells of J1, in this process.
  public func cells(_ count: Int) throws -> [BenchLine] {
    let bench = try BenchEngine(.manyMinutes)
    // An event makes a count and a sum.
    return try measure("cells", bench, SpreadEvents(), events: count / 2) { bench.engine.ledger.cellCount }
  }

  /// Of so many rows of ten fields, in this process.
  public func rows(_ count: Int) throws -> [BenchLine] {
    let bench = try BenchEngine(.rows)
    return try measure("rows", bench, RowEvents(), events: count) { bench.engine.ledger.rowCount }
  }

  private func measure(
    _ things: String, _ bench: BenchEngine, _ workload: some RepeatableWorkload, events: Int,
    _ count: () -> Int
  ) throws -> [BenchLine] {
    let probe = try SnapshotProbe(path: "\(directory)/snapshots", group: "bench")
    var changes = EverySoOften(workload: workload, step: 1, count: events)
    bench.feed(&changes, count: events)
    return try Self.oneOf.map { oneOf in
      var pauses = LatencyHistogram()
      var (encodes, writes, sizes): ([Double], [Double], [Double]) = ([], [], [])
      changes.step = oneOf ?? 1
      for _ in 0..<(oneOf == nil ? 1 : rounds) {
        if let oneOf { bench.feed(&changes, count: events / oneOf) }
        let cost = try probe.take(bench.engine.ledger) { bench.feed(&changes, count: Self.eventsBetween) }
        pauses.record(micros: cost.longestMicros)
        encodes.append(Double(cost.encodeMicros) / 1_000)
        writes.append(Double(cost.writeMicros) / 1_000)
        sizes.append(Double(cost.bytes))
      }
      var line = BenchLine(
        bench: "snapshot", job: "\(things): " + (oneOf.map { "one of \($0) changed" } ?? "the first"))
      line.add("count", count())
      line.add("changed", oneOf.map { count() / $0 } ?? count())
      line.add("rounds", Int(pauses.count))
      for (name, share) in [("pauseP50Millis", 0.5), ("pauseP99Millis", 0.99), ("pauseMaxMillis", 1)] {
        line.add(name, Double(pauses.percentile(share)) / 1_000, 2)
      }
      line.add("encodeMillis", Median.of(encodes), 1)
      line.add("mebibytes", bytes: Median.of(sizes), 3)
      line.add("writeMillis", Median.of(writes), 1)
      return line
    }
  }
}

/// One record of so many of the first of a workload, over and over.
private struct EverySoOften<Repeated: RepeatableWorkload>: Workload {
  var workload: Repeated
  var step: Int
  let count: Int

  mutating func next(_ record: inout WorkloadRecord) {
    workload.next(&record)
    workload.number += step - 1
    if workload.number >= count { workload.repeatFromTheFirst() }
  }
}
