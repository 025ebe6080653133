import Foundation
import Kafka
import Service

/// How long it takes from the moment that an event is produced until a consumer that reads only what is committed
/// has the update it led to, while other events keep the daemon busy.
public struct LatencyBench {
  public var seconds: Int
  public var seed: UInt64
  /// Events in each second besides those that are timed.
  public var rate: Int
  public var emitInterval: String
  /// Tells the topics of several runs apart.
  public var round: Int

  private let broker: BenchBroker
  private let directory: String
  private let patience: Patience

  /// - Parameter directory: exists, and is removed by whoever made it.
  public init(
    seconds: Int, seed: UInt64, rate: Int, emitInterval: String, round: Int, broker: BenchBroker,
    directory: String, patience: Patience
  ) {
    self.seconds = seconds
    self.seed = seed
    self.rate = rate
    self.emitInterval = emitInterval
    self.round = round
    self.broker = broker
    self.directory = directory
    self.patience = patience
  }

  /// The columns for people.
  public static let table = BenchTable([
    ("rate", "events/s", 10), ("timed", "timed", 8), ("p50Millis", "p50 ms", 9), ("p90Millis", "p90", 8),
    ("p99Millis", "p99", 8), ("maxMillis", "max", 8), ("updates", "updates", 12), ("cpuShare", "CPU", 7),
  ])

  private static let warmUpSeconds = 5.0
  private static let probesPerSecond = 100
  private static let endMillis: Int64 = 10_000

  /// Runs for the warm-up and the seconds.
  public func run() throws -> BenchLine {
    let input = try broker.createTopic("latency-\(round)")
    let output = try DaemonSetup.createOutput(broker, "latency-output-\(round)")
    let setup = DaemonSetup(
      job: .minutes, input: input, output: output, group: "\(broker.prefix)-latency-\(round)",
      directory: directory,
      emitInterval: emitInterval, snapshotInterval: "60s")
    let positions = try GroupPositions(broker, group: setup.group, topic: input)
    let filler = try TopicFiller(broker, topic: input, lingerMillis: 1)
    var workload = FlatEvents(seed: seed)
    var record = WorkloadRecord()
    // The first commit says that the daemon is there.
    workload.next(&record, at: WallClock.nowMillis())
    try filler.produce(record)
    try filler.flush()
    let daemon = try MeasuredDaemon(setup, broker, name: "latency", patience)
    let before = try daemon.waitForCommit(1, positions)
    let watch = ProbeWatch(broker, output: output)
    let begun = WallClock.steadyMicros()
    let produced = try produce(&workload, filler, watch, daemon)
    let seconds = Double(WallClock.steadyMicros() - begun) / 1e6
    let limit = WallClock.steadyMillis() + Self.endMillis
    while watch.missingCount > 0, WallClock.steadyMillis() < limit { Thread.sleep(forTimeInterval: 0.05) }
    let after = try daemon.waitForCommit(produced, positions)
    let found = try watch.finish()
    let summary = try daemon.stop()
    try DaemonSetup.deleteOutput(broker, output)
    try broker.deleteTopic(input)
    return line(
      found, rate: Int(Double(produced) / seconds), updates: summary.updates,
      cpuShare: (after.cpuSeconds - before.cpuSeconds) / seconds)
  }

  /// Produces at the rate; returns how many records the topic then has.
  private func produce(
    _ workload: inout FlatEvents, _ filler: TopicFiller, _ watch: ProbeWatch, _ daemon: MeasuredDaemon
  ) throws -> Int {
    let begun = WallClock.steadyMicros()
    let total = Self.warmUpSeconds + Double(seconds)
    var record = WorkloadRecord()
    var (count, probes) = (0, 0)
    while true {
      let passed = Double(WallClock.steadyMicros() - begun) / 1e6
      if passed >= total { break }
      try patience.check()
      try daemon.checkAlive()
      let now = WallClock.nowMillis()
      while count < Int(passed * Double(rate)) {
        workload.next(&record, at: now)
        try filler.produce(record)
        count += 1
      }
      if probes < Int(passed * Double(Self.probesPerSecond)) {
        workload.next(&record, at: now, rep: ProbeWatch.rep(probes))
        watch.note(probes, isCounted: passed >= Self.warmUpSeconds)
        try filler.produce(record)
        probes += 1
      }
      filler.poll()
      Thread.sleep(forTimeInterval: 0.001)
    }
    try filler.flush()
    return count + probes + 1
  }

  private func line(_ found: ProbeWatch.Found, rate: Int, updates: Int, cpuShare: Double) -> BenchLine {
    var line = BenchLine(bench: "latency", job: "J1, published every \(emitInterval)")
    line.add("broker", .text(broker.isEmbedded ? "embedded" : "real"))
    line.add("rate", rate)
    line.add("seconds", seconds)
    line.add("timed", Int(found.latencies.count))
    line.add("missing", found.missing)
    for (name, share) in [
      ("p50Millis", 0.5), ("p90Millis", 0.9), ("p99Millis", 0.99), ("p999Millis", 0.999), ("maxMillis", 1),
    ] { line.add(name, Double(found.latencies.percentile(share)) / 1_000, 1) }
    line.add("updates", updates)
    line.add("cpuShare", cpuShare, 2)
    return line
  }
}
