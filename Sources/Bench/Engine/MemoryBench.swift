import Service

/// How much memory cells and rows take.
public struct MemoryBench {
  public init() {}

  /// The columns for people.
  public static let table = BenchTable([
    ("count", "count", 13), ("residentBytesEach", "resident bytes each", 21),
    ("stateBytesEach", "of state", 10),
    ("residentMebibytes", "resident MiB", 14), ("peakMebibytes", "peak MiB", 10),
  ])

  /// Makes cells of J1 in this process, and says what they take.
  public func cells(_ count: Int) throws -> BenchLine {
    let bench = try BenchEngine(.manyMinutes)
    var workload = SpreadEvents()
    // An event makes a count and a sum.
    return try measure("cells of J1", bench, &workload, events: count / 2) { bench.engine.ledger.cellCount }
  }

  /// Makes rows of ten fields in this process, and says what they take.
  public func rows(_ count: Int) throws -> BenchLine {
    let bench = try BenchEngine(.rows)
    var workload = RowEvents()
    return try measure("rows of ten fields", bench, &workload, events: count) { bench.engine.ledger.rowCount }
  }

  /// Buffers that every engine has are made by the first events, before anything is measured.
  private static let warmUpEvents = SpreadEvents.perMinute

  private func measure(
    _ job: String, _ bench: BenchEngine, _ workload: inout some Workload, events: Int, _ count: () -> Int
  ) throws -> BenchLine {
    let ledger = bench.engine.ledger
    bench.feed(&workload, count: Self.warmUpEvents)
    let (before, stateBefore, countBefore) = (ProcessCost.residentBytes, ledger.byteCount, count())
    bench.feed(&workload, count: max(0, events - Self.warmUpEvents))
    guard let before, let after = ProcessCost.residentBytes else {
      throw ServiceFault(
        .unavailable, "the memory of a process cannot be known here", remedy: "measure it on Linux")
    }
    let added = Double(max(1, count() - countBefore))
    var line = BenchLine(bench: "memory", job: job)
    line.add("count", count())
    line.add("residentBytesEach", Double(after - before) / added, 1)
    line.add("stateBytesEach", Double(ledger.byteCount - stateBefore) / added, 1)
    line.add("residentMebibytes", bytes: Double(after), 0)
    line.add("peakMebibytes", bytes: Double(ProcessCost.peakBytes ?? 0), 0)
    return line
  }
}
