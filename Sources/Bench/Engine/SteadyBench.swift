import Service

/// What an event costs in memory once everything has its size, and how many instructions it takes, which a
/// profiler counts.
public struct SteadyBench {
  /// What is read.
  public enum Work: String, Sendable, CaseIterable {
    /// J1 on flat events.
    case minutes
    /// J1 whose duplicates are dropped; there are none.
    case duplicates
    /// Four scopes, six windows, three metrics.
    case hierarchy
    /// The built-in catalogue, with changes of opportunities.
    case catalogue

    /// Whether the same events are read in each pass, so that no cell is new. Where ids are remembered and rows
    /// change, events that came before would not count.
    var isRepeated: Bool { self == .minutes || self == .hierarchy }

    var definition: JobDefinition {
      switch self {
      case .minutes: .minutes
      case .duplicates: .minutesOnce
      case .hierarchy: .hierarchy
      case .catalogue: .builtIn
      }
    }
  }

  public var events: Int
  public var passes: Int
  public var seed: UInt64

  public init(events: Int, passes: Int, seed: UInt64) {
    self.events = events
    self.passes = passes
    self.seed = seed
  }

  /// The columns for people.
  public static let table = BenchTable([
    ("nsPerEvent", "ns/event", 10), ("allocationsPerEvent", "allocations/event", 19),
    ("bytesPerEvent", "bytes/event", 13), ("updates", "updates", 10), ("nsPerUpdate", "ns/update", 11),
    ("allocationsPerUpdate", "allocations/update", 20), ("growthKibibytes", "growth KiB", 12),
  ])

  /// The first passes make the cells and the buffers; only the others are measured.
  private static let warmUpPasses = 2

  /// Costs that are added up over the measured passes.
  private struct Sum {
    var micros: Int64 = 0
    var requests: UInt64 = 0
    var bytes: UInt64 = 0
    var isCounted = true

    mutating func measure<Result>(_ body: () -> Result) -> Result {
      let before = AllocatorCount.now
      let begun = WallClock.steadyMicros()
      let result = body()
      micros += WallClock.steadyMicros() - begun
      let after = AllocatorCount.now
      if let before, let after {
        requests += after.requests - before.requests
        bytes += after.bytes - before.bytes
      } else {
        isCounted = false
      }
      return result
    }
  }

  /// Runs in this process.
  public func run(_ work: Work) throws -> BenchLine {
    let input = recorded(work)
    let bench = try BenchEngine(work.definition)
    var (reading, publishing) = (Sum(), Sum())
    var updates = 0
    var growth = 0
    let all = work.isRepeated ? [] : input.records()
    for pass in 0..<Self.warmUpPasses + passes {
      let records =
        work.isRepeated ? input.records(pass: pass)[...] : all[pass * events..<(pass + 1) * events]
      if pass < Self.warmUpPasses {
        bench.process(records)
        bench.publish(encodes: true)
        growth = -(ProcessCost.residentBytes ?? 0)
        continue
      }
      reading.measure { Self.measuredReading(bench, records) }
      updates += publishing.measure { Self.measuredPublication(bench) }
    }
    growth += ProcessCost.residentBytes ?? 0
    Self.measuredSnapshot(bench)
    return withExtendedLifetime(input) { line(work, bench, reading, publishing, updates, growth: growth) }
  }

  // Functions of their own, so that a profiler tells what is measured from what is not.

  @inline(never)
  private static func measuredReading(_ bench: BenchEngine, _ records: ArraySlice<ValueRecord>) {
    bench.process(records)
  }

  @inline(never)
  private static func measuredPublication(_ bench: BenchEngine) -> Int { bench.publish(encodes: true) }

  @inline(never)
  private static func measuredSnapshot(_ bench: BenchEngine) { bench.snapshot() }

  private func recorded(_ work: Work) -> RecordedEvents {
    let count = work.isRepeated ? events : events * (Self.warmUpPasses + passes)
    switch work {
    case .catalogue:
      var workload = SalesEvents(seed: seed)
      return RecordedEvents(&workload, count: count)
    case .minutes, .duplicates, .hierarchy:
      var workload = FlatEvents(seed: seed)
      return RecordedEvents(&workload, count: count)
    }
  }

  private func line(
    _ work: Work, _ bench: BenchEngine, _ reading: Sum, _ publishing: Sum, _ updates: Int, growth: Int
  ) -> BenchLine {
    var line = BenchLine(bench: "steady", job: work.rawValue)
    let total = Double(events * passes)
    line.add("events", events * passes)
    line.add("nsPerEvent", Double(reading.micros) * 1_000 / total, 1)
    if reading.isCounted {
      line.add("allocationsPerEvent", Double(reading.requests) / total, 6)
      line.add("bytesPerEvent", Double(reading.bytes) / total, 3)
    }
    line.add("updates", updates)
    line.add("nsPerUpdate", Double(publishing.micros) * 1_000 / Double(max(updates, 1)), 1)
    if publishing.isCounted {
      line.add("allocationsPerUpdate", Double(publishing.requests) / Double(max(updates, 1)), 6)
    }
    line.add("cells", bench.engine.ledger.cellCount)
    line.add("stateBytes", bench.engine.ledger.byteCount)
    line.add("growthKibibytes", growth / 1_024)
    return line
  }
}
