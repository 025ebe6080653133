import Foundation
import Kafka
import Service

/// Lets the daemon read a topic from its beginning to its end, beside the least that a process must do with it.
public struct IngestBench {
  /// Which topic is read, by which jobs.
  public enum Subject: String, Sendable {
    case ingest, catalogue
  }

  public var subject: Subject
  public var events: Int
  public var rounds: Int
  public var seed: UInt64
  /// Whether the limit is measured too.
  public var measuresLimit = true
  /// Another program that does what the limit does; nil when there is none.
  public var limitProgram: String?

  private let broker: BenchBroker
  private let directory: String
  private let patience: Patience

  /// - Parameter directory: exists, and is removed by whoever made it.
  public init(
    _ subject: Subject, events: Int, rounds: Int, seed: UInt64, broker: BenchBroker, directory: String,
    patience: Patience
  ) {
    self.subject = subject
    self.events = events
    self.rounds = rounds
    self.seed = seed
    self.broker = broker
    self.directory = directory
    self.patience = patience
  }

  /// The columns for people.
  public static let table = BenchTable([
    ("wallSeconds", "wall s", 9), ("eventsPerSecond", "events/s", 12), ("cpuSeconds", "CPU s", 9),
    ("eventsPerCpuSecond", "events/CPU s", 14), ("ratioToLimit", "of limit", 10),
    ("wallRatioToLimit", "wall", 7), ("peakMebibytes", "peak MiB", 10), ("updates", "updates", 10),
  ])

  /// What one run cost.
  struct Run {
    var wallSeconds: Double
    var cpuSeconds: Double
    var peakBytes: Int
    var updates: Int?
    var commits: Int?
    var snapshots: Int?
  }

  private static let limitName = "limit"
  private static let programName = "limit program"

  private var jobs: [JobDefinition] {
    switch subject {
    case .ingest: [.minutes, .minutesOnce, .hierarchy]
    case .catalogue: [.builtIn]
    }
  }

  /// Makes the topic, runs everything in turn, and gives the medians: the limits first.
  ///
  /// - Parameter note: takes a sentence about what was just done.
  public func run(note: (String) -> Void) throws -> [BenchLine] {
    let topic = try broker.createTopic("input")
    let bytes = try fill(topic)
    note("\(events) events of \(bytes / max(events, 1)) bytes in topic \(topic)")
    var runs: [(name: String, runs: [Run])] = []
    func add(_ name: String, _ run: Run) {
      if let place = runs.firstIndex(where: { $0.name == name }) {
        runs[place].runs.append(run)
      } else {
        runs.append((name, [run]))
      }
      note(
        "\(name): \(String(format: "%.2f", run.cpuSeconds)) CPU seconds, "
          + "\(String(format: "%.2f", run.wallSeconds)) s")
    }
    for round in 0..<rounds {
      if measuresLimit { add(Self.limitName, try runLimit(topic, round)) }
      if let limitProgram { add(Self.programName, try runProgram(limitProgram, topic, round)) }
      for (number, job) in jobs.enumerated() {
        add(job.name, try runDaemon(job, topic, "\(round)-\(number)"))
      }
    }
    return lines(runs)
  }

  /// How many events of J1 the daemon reads in a second of a topic that is there already.
  public func eventsPerSecond() throws -> Double {
    let topic = try broker.createTopic("load")
    _ = try fill(topic)
    let run = try runDaemon(.minutes, topic, "load")
    try broker.deleteTopic(topic)
    return Double(events) / run.wallSeconds
  }

  private func fill(_ topic: String) throws -> Int {
    let filler = try TopicFiller(broker, topic: topic)
    switch subject {
    case .ingest:
      var workload = FlatEvents(seed: seed)
      return try filler.fill(&workload, count: events, patience)
    case .catalogue:
      var workload = SalesEvents(seed: seed)
      return try filler.fill(&workload, count: events, patience)
    }
  }

  // MARK: - Runs

  private func runLimit(_ topic: String, _ round: Int) throws -> Run {
    let child = try ChildProcess(
      ChildProcess.ownPath,
      [
        "bench", "limit", "--brokers", broker.bootstrap, "--topic", topic, "--partitions",
        "\(broker.partitions)", "--events", "\(events)",
      ] + broker.propertyArguments, name: "limit-\(round)", directory: directory)
    let end = try child.finish(patience)
    let result = try child.result(LimitLoop.Result.self)
    return Run(wallSeconds: result.wallSeconds, cpuSeconds: end.cpuSeconds, peakBytes: result.peakBytes)
  }

  private struct ProgramResult: Decodable {
    // As the program prints it.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let wall_s: Double
  }

  private func runProgram(_ path: String, _ topic: String, _ round: Int) throws -> Run {
    let child = try ChildProcess(
      path, ["combine", broker.bootstrap, topic, "\(events)", "\(broker.partitions)"],
      name: "program-\(round)",
      directory: directory)
    let end = try child.finish(patience)
    let result = try child.result(
      ProgramResult.self, otherwise: "it did not print one JSON object with wall_s")
    return Run(wallSeconds: result.wall_s, cpuSeconds: end.cpuSeconds, peakBytes: child.peakBytes)
  }

  private func runDaemon(_ job: JobDefinition, _ topic: String, _ suffix: String) throws -> Run {
    let output = try DaemonSetup.createOutput(broker, "output-\(suffix)")
    let place = "\(directory)/daemon-\(suffix)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let setup = DaemonSetup(
      job: job, input: topic, output: output, group: "\(broker.prefix)-\(suffix)", directory: place)
    let positions = try GroupPositions(broker, group: setup.group, topic: topic)
    // So that connecting is not measured.
    _ = try positions.total()
    let daemon = try MeasuredDaemon(setup, broker, name: "daemon", patience)
    let cost = try daemon.waitForCommit(events, positions)
    let summary = try daemon.stop()
    guard summary.counted == events else {
      throw ServiceFault(
        .dataError, "\(job.name) counted \(summary.counted) of \(events) events",
        remedy: "report it: the numbers are wrong, so what was measured is worth nothing")
    }
    // The embedded broker has dropped most of the output.
    if !broker.isEmbedded { try job.check?.run(broker, topic: output, count: events, patience) }
    try DaemonSetup.deleteOutput(broker, output)
    return Run(
      wallSeconds: Double(cost.endMillis - summary.assignedMillis) / 1_000, cpuSeconds: cost.cpuSeconds,
      peakBytes: cost.peakBytes, updates: summary.updates, commits: summary.commits,
      snapshots: summary.snapshots)
  }

  // MARK: - Figures

  private func lines(_ runs: [(name: String, runs: [Run])]) -> [BenchLine] {
    // The program to compare with is the one that was given, else our own.
    let limit = (runs.first { $0.name == Self.programName } ?? runs.first { $0.name == Self.limitName })?.runs
    return runs.map { line($0.name, $0.runs, limit: limit) }
  }

  private func line(_ name: String, _ runs: [Run], limit: [Run]?) -> BenchLine {
    let wall = Median.of(runs.map(\.wallSeconds))
    let cpu = Median.of(runs.map(\.cpuSeconds))
    var line = BenchLine(bench: subject.rawValue, job: name)
    line.add("broker", .text(broker.isEmbedded ? "embedded" : "real"))
    line.add("events", events)
    line.add("rounds", rounds)
    line.add("seed", .text("\(seed)"))
    line.add("wallSeconds", wall, 3)
    line.add("eventsPerSecond", Double(events) / wall, 0)
    line.add("cpuSeconds", cpu, 3)
    line.add("eventsPerCpuSecond", Double(events) / cpu, 0)
    if let limit {
      line.add("ratioToLimit", Median.of(limit.map(\.cpuSeconds)) / cpu, 3)
      line.add("wallRatioToLimit", Median.of(limit.map(\.wallSeconds)) / wall, 3)
    }
    line.add("peakMebibytes", bytes: Median.of(runs.map { Double($0.peakBytes) }), 0)
    for (name, values) in [
      ("updates", runs.compactMap(\.updates)), ("commits", runs.compactMap(\.commits)),
      ("snapshots", runs.compactMap(\.snapshots)),
    ] where !values.isEmpty {
      line.add(name, Int(Median.of(values.map { Double($0) })))
    }
    return line
  }
}
