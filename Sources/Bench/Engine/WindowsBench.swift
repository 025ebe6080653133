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
  /// How many events are taken as published at once: what a busy daemon reads between two publications.
  private static let batchCount = 500_000
  /// Events before what is measured, after which most windows that they filled have been forgotten.
  private static let warmUpCount = batchCount
  private static let life = "grace: 1m, retention: 2m"
  private static let minute = "{ name: minute, size: 60s, \(life) }"
  private static let three = [minute, "hour", "day"]
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
    Job("1 window", group: "count", windows: [minute]),
    Job("3 windows", group: "count", windows: three),
    Job("10 windows", group: "count", windows: ten),
    Job("30 windows", group: "count", windows: thirty),
    Job("tumbling 60 s", group: "overlap", windows: [minute]),
    Job(
      "hopping 60 s every 1 s", group: "overlap",
      windows: ["{ name: last_minute, size: 60s, slide: 1s, \(life) }"]),
  ]

  /// Runs all jobs in turn and gives the medians; of the ratios, those of the rounds'.
  public func run() throws -> [BenchLine] {
    var workload = FlatEvents(seed: seed)
    let input = RecordedEvents(&workload, count: Self.warmUpCount + events + Self.perCommit)
    let records = input.records()
    var figures = Self.jobs.map { _ in [Figures]() }
    for _ in 0..<rounds {
      for (number, job) in Self.jobs.enumerated() { figures[number].append(try run(job, records)) }
    }
    return withExtendedLifetime(input) {
      zip(Self.jobs, figures).map { job, runs in
        let first = Self.jobs.firstIndex { $0.group == job.group } ?? 0
        var line = BenchLine(bench: "windows", job: job.definition.name)
        line.add("windows", job.windowCount)
        line.add("events", events)
        line.add("rounds", rounds)
        line.add("nsPerEvent", Median.of(runs.map(\.nanosPerEvent)), 1)
        // Rounds are as fast as the machine happens to be; within one the jobs are more alike.
        let ratios = zip(runs, figures[first]).map { $0.nanosPerEvent / $1.nanosPerEvent }
        line.add("ratio", Median.of(ratios), 2)
        line.add("updates", Int(Median.of(runs.map { Double($0.updates) })))
        line.add("nsPerUpdate", Median.of(runs.map(\.nanosPerUpdate)), 1)
        return line
      }
    }
  }

  /// Reads all events, in batches that are taken as published each, then some more, and publishes what those changed.
  ///
  /// What is measured begins when windows are forgotten as fast as they come, as in a daemon that has run for a while.
  private func run(_ job: Job, _ records: [ValueRecord]) throws -> Figures {
    let bench = try BenchEngine(job.definition)
    let ledger = bench.engine.ledger
    let (measured, end) = (Self.warmUpCount, Self.warmUpCount + events)
    settle(bench, records[..<measured])
    let begun = ProcessCost.cpuSeconds
    settle(bench, records[measured..<end])
    let intake = ProcessCost.cpuSeconds - begun
    bench.process(records[end...])
    let publishing = ProcessCost.cpuSeconds
    let updates = ledger.publish(watermark: bench.engine.watermark(now: 0)) { _ in }
    let publication = ProcessCost.cpuSeconds - publishing
    return Figures(
      nanosPerEvent: intake * 1e9 / Double(events), updates: updates,
      nanosPerUpdate: publication * 1e9 / Double(max(updates, 1)))
  }

  private func settle(_ bench: BenchEngine, _ records: ArraySlice<ValueRecord>) {
    var place = records.startIndex
    while place < records.endIndex {
      let end = min(place + Self.batchCount, records.endIndex)
      bench.process(records[place..<end])
      bench.engine.ledger.settle(watermark: bench.engine.watermark(now: 0))
      place = end
    }
  }
}
