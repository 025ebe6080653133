import Foundation
import Kafka
import Service

/// How long it takes from the start of the process until a reader has the first new update, when there is a state
/// to be restored.
public struct RestartBench {
  public var cells: Int
  public var rounds: Int

  private let broker: BenchBroker
  private let directory: String
  private let patience: Patience

  /// - Parameter directory: exists, and is removed by whoever made it.
  public init(cells: Int, rounds: Int, broker: BenchBroker, directory: String, patience: Patience) {
    self.cells = cells
    self.rounds = rounds
    self.broker = broker
    self.directory = directory
    self.patience = patience
  }

  /// The columns for people.
  public static let table = BenchTable([
    ("cells", "cells", 13), ("secondsToFirstUpdate", "s to first update", 19), ("maxSeconds", "max", 8),
    ("assignedSeconds", "restored", 10), ("snapshotMebibytes", "snapshot MiB", 14),
    ("peakMebibytes", "peak MiB", 10),
  ])

  /// Fills a topic, makes the state of it, and starts the daemon on it.
  public func run(note: (String) -> Void) throws -> BenchLine {
    let input = try broker.createTopic("restart")
    let filler = try TopicFiller(broker, topic: input)
    // The windows end now, so that the clock does not close them all.
    let events = cells / 2
    let span = Int64(events / SpreadEvents.perMinute + 1) * 60_000
    var workload = SpreadEvents(start: (WallClock.nowMillis() - span) / 60_000 * 60_000)
    _ = try filler.fill(&workload, count: events, patience)
    note("\(events) events for \(cells) cells in topic \(input)")
    let output = try DaemonSetup.createOutput(broker, "restart-output")
    let setup = DaemonSetup(
      job: .manyMinutes, input: input, output: output, group: "\(broker.prefix)-restart",
      directory: directory,
      emitInterval: "50ms", snapshotInterval: "1h")
    let made = try RestartState.make(
      broker, setup, count: events, patience: patience)
    note("a snapshot of \(made.snapshotBytes >> 20) MiB with \(made.cells) cells")
    var (times, restores, peaks): ([Double], [Double], [Double]) = ([], [], [])
    for round in 0..<rounds {
      let start = try start(setup, filler, round, produced: events + round)
      times.append(start.firstUpdateSeconds)
      restores.append(start.assignedSeconds)
      peaks.append(Double(start.peakBytes))
      note("round \(round + 1): \(String(format: "%.2f", start.firstUpdateSeconds)) s")
    }
    var line = BenchLine(bench: "restart", job: "J1")
    line.add("broker", .text(broker.isEmbedded ? "embedded" : "real"))
    line.add("cells", made.cells)
    line.add("rounds", rounds)
    line.add("secondsToFirstUpdate", Median.of(times), 3)
    line.add("maxSeconds", times.max() ?? .nan, 3)
    line.add("assignedSeconds", Median.of(restores), 3)
    line.add("snapshotMebibytes", bytes: Double(made.snapshotBytes), 1)
    line.add("peakMebibytes", bytes: Median.of(peaks), 0)
    return line
  }

  private struct Start {
    var firstUpdateSeconds: Double
    /// Until the state was restored and the partitions were its own.
    var assignedSeconds: Double
    var peakBytes: Int
  }

  /// Starts the daemon with one event waiting, and stops it when the update is there.
  private func start(_ setup: DaemonSetup, _ filler: TopicFiller, _ round: Int, produced: Int) throws -> Start
  {
    var record = WorkloadRecord()
    var events = FlatEvents(seed: UInt64(round))
    events.next(&record, at: WallClock.nowMillis(), rep: ProbeWatch.rep(round))
    try filler.produce(record)
    try filler.flush()
    let positions = try GroupPositions(broker, group: setup.group, topic: setup.input)
    let reader = try OutputReader(broker, topic: setup.output, partitions: broker.partitions)
    // What earlier rounds published is none of this one's.
    try reader.readAll(patience) { _ in }
    let begun = WallClock.steadyMicros()
    let begunMillis = WallClock.nowMillis()
    let daemon = try MeasuredDaemon(setup, broker, name: "restart-\(round)", patience)
    var seen: Int64?
    try patience.wait("for the first update") {
      try daemon.checkAlive()
      try reader.read(timeoutMillis: 5) { record in
        if ProbeWatch.number(in: record.key) == round { seen = seen ?? WallClock.steadyMicros() }
      }
      return seen != nil
    }
    let cost = try daemon.waitForCommit(produced + 1, positions)
    let summary = try daemon.stop()
    return Start(
      firstUpdateSeconds: Double((seen ?? begun) - begun) / 1e6,
      assignedSeconds: Double(summary.assignedMillis - begunMillis) / 1_000, peakBytes: cost.peakBytes)
  }
}
