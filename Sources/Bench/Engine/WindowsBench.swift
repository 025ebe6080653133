import Core
import Service

/// What windows cost an event and an update.
public struct WindowsBench {
  /// One catalogue to be measured.
  private struct Job {
    let definition: JobDefinition
    /// Jobs of a group are compared with the first of it.
    let group: String
    let windowCount: Int

    init(_ name: String, group: String, windows: [String]) {
      definition = .repKind(name: name, windows: windows)
      self.group = group
      windowCount = windows.count
    }
  }

  /// What one run of a job took.
  private struct Figures {
    var nanosPerEvent: Double
    var updates: Int
    var nanosPerUpdate: Double
  }

  public var events: Int
  public var rounds: Int
  public var seed: UInt64

  public init(events: Int, rounds: Int, seed: UInt64) {
    self.events = events
    self.rounds = rounds
    self.seed = seed
  }

  /// The columns for people.
  public static let table = BenchTable([
    ("windows", "windows", 8), ("nsPerEvent", "ns/event", 10), ("ratio", "ratio", 7),
    ("updates", "updates", 11), ("nsPerUpdate", "ns/update", 11),
  ])

  /// Events of 5 seconds.
  private static let perCommit = 5 * FlatEvents.perSecond
  private static let three = ["{ name: minute, size: 1m }", "hour", "day"]
  private static let ten =
    three + ["{ name: quarter_hour, size: 15m }", "week", "month", "quarter", "year", "fiscal_year", "all"]
  private static let thirty =
    ten + [
      "{ name: five_minutes, size: 5m }", "{ name: half_hour, size: 30m }", "{ name: two_hours, size: 2h }",
      "{ name: six_hours, size: 6h }", "{ name: twelve_hours, size: 12h }", "fiscal_quarter", "retail_period",
      "retail_quarter", "retail_year", "working_day", "{ name: last_2d, rolling: 2d }",
      "{ name: last_7d, rolling: 7d }", "{ name: last_28d, rolling: 28d }",
      "{ name: last_90d, rolling: 90d }",
      "{ name: last_4w, rolling: 4w }", "{ name: last_3mo, rolling: 3mo }",
      "{ name: week_to_date, to_date: week, step: day }",
      "{ name: month_to_date, to_date: month, step: day }",
      "{ name: quarter_to_date, to_date: quarter, step: month }",
      "{ name: year_to_date, to_date: year, step: month }",
    ]
  private static let jobs = [
    Job("1 window", group: "count", windows: ["{ name: minute, size: 1m }"]),
    Job("3 windows", group: "count", windows: three),
    Job("10 windows", group: "count", windows: ten),
    Job("30 windows", group: "count", windows: thirty),
    Job("tumbling 60 s", group: "overlap", windows: ["{ name: minute, size: 60s }"]),
    Job(
      "hopping 60 s every 1 s", group: "overlap", windows: ["{ name: last_minute, size: 60s, slide: 1s }"]),
  ]

  /// Runs all jobs in turn and gives the medians.
  public func run() throws -> [BenchLine] {
    var workload = FlatEvents(seed: seed)
    let input = RecordedEvents(&workload, count: events + Self.perCommit)
    let records = input.records()
    var runs = Self.jobs.map { _ in [Figures]() }
    for _ in 0..<rounds {
      for (number, job) in Self.jobs.enumerated() { runs[number].append(try run(job, records)) }
    }
    return withExtendedLifetime(input) {
      let nanos = runs.map { Median.of($0.map(\.nanosPerEvent)) }
      return zip(Self.jobs, runs).enumerated().map { number, run in
        let (job, runs) = run
        let first = Self.jobs.firstIndex { $0.group == job.group } ?? 0
        var line = BenchLine(bench: "windows", job: job.definition.name)
        line.add("windows", job.windowCount)
        line.add("events", events)
        line.add("rounds", rounds)
        line.add("nsPerEvent", nanos[number], 1)
        line.add("ratio", nanos[number] / nanos[first], 2)
        line.add("updates", Int(Median.of(runs.map { Double($0.updates) })))
        line.add("nsPerUpdate", Median.of(runs.map(\.nanosPerUpdate)), 1)
        return line
      }
    }
  }

  /// Reads all events but the last, then those, and publishes what they changed.
  private func run(_ job: Job, _ records: [ValueRecord]) throws -> Figures {
    let bench = try BenchEngine(job.definition)
    let (engine, ledger) = (bench.engine, bench.engine.ledger)
    let begun = WallClock.steadyMicros()
    bench.process(records[..<events])
    ledger.advance(to: .min)
    let intake = WallClock.steadyMicros() - begun
    ledger.settle(watermark: engine.watermark(now: 0))
    bench.process(records[events...])
    let publishing = WallClock.steadyMicros()
    let updates = ledger.publish(watermark: engine.watermark(now: 0)) { _ in }
    let publication = WallClock.steadyMicros() - publishing
    return Figures(
      nanosPerEvent: Double(intake) * 1_000 / Double(events), updates: updates,
      nanosPerUpdate: Double(publication) * 1_000 / Double(max(updates, 1)))
  }
}
