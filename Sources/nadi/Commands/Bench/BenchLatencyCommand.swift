import ArgumentParser
import Bench
import Foundation

struct BenchLatencyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latency",
    abstract:
      "Measures how long it takes from an event to its update, as a consumer of committed updates sees it.",
    discussion: """
      Events of J1 are produced at a steady rate with the present time; a hundred more in each second, of reps of \
      their own, are timed: from the moment they are handed to a producer (which may hold them for 1 ms) until a \
      consumer with isolation.level=read_committed has the update. The first 5 seconds do not count. Producer and \
      consumer are in one process, beside the daemon.

      Without --rate the load is half of what the daemon reads of a topic that is there already, which is \
      measured first with 500,000 events.
      """)

  @Option(help: "Seconds that are measured.")
  var seconds = 30

  @Option(help: "Events in each second; half the rate of ingest by default, 5,000 on the embedded broker.")
  var rate: Int?

  @Option(help: "How often the daemon publishes.")
  var emitInterval = "50ms"

  @OptionGroup var runs: BenchRunOptions
  @OptionGroup var broker: BenchBrokerOptions

  private static let embeddedRate = 5_000
  private static let ingestEvents = 500_000

  func validate() throws {
    guard (1...3_600).contains(seconds) else {
      throw ValidationError("--seconds \(seconds) is not from 1 to 3600")
    }
    if let rate, !(1...10_000_000).contains(rate) {
      throw ValidationError("--rate \(rate) is not from 1 to 10000000")
    }
  }

  func run() throws {
    try Exit.running {
      try broker.measuring { broker, directory, patience in
        let rate = try rate ?? halfLoad(broker, directory, patience)
        BenchOutput.note("\(rate) events in each second")
        var lines: [BenchLine] = []
        for round in 0..<runs.rounds {
          let place = "\(directory)/latency-\(round)"
          try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
          lines.append(
            try LatencyBench(
              seconds: seconds, seed: runs.seed &+ UInt64(round), rate: rate, emitInterval: emitInterval,
              round: round, broker: broker, directory: place, patience: patience
            ).run())
        }
        try BenchOutput.print(lines, LatencyBench.table)
      }
    }
  }

  private func halfLoad(_ broker: BenchBroker, _ directory: String, _ patience: Patience) throws -> Int {
    if broker.isEmbedded { return Self.embeddedRate }
    var ingest = IngestBench(
      .ingest, events: Self.ingestEvents, rounds: 1, seed: runs.seed, broker: broker, directory: directory,
      patience: patience)
    ingest.measuresLimit = false
    return try Int(ingest.eventsPerSecond() / 2)
  }
}
