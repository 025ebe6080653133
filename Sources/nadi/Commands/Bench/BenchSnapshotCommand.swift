import ArgumentParser
import Bench

struct BenchSnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Measures for how long a snapshot stops processing and how large it is, without Kafka.",
    discussion: """
      The state has as many cells of J1 as are asked for. Snapshots are taken after one of 1,000, of 100, of 10 \
      and all of its cells have changed, evenly spread. pause is the time in which no event could be processed; \
      write is the time until the file is safe on disk, in which events are processed. The files are written \
      below TMPDIR.
      """)

  @Option(help: "Cells of the state: 1,000,000 by default.")
  var cells = 1_000_000

  @Option(help: "Snapshots for each share.")
  var rounds = 10

  func validate() throws {
    guard (20_000...1_000_000_000).contains(cells) else {
      throw ValidationError("--cells \(cells) is not from 20000 to 1000000000")
    }
    guard (1...1_000).contains(rounds) else {
      throw ValidationError("--rounds \(rounds) is not from 1 to 1000")
    }
  }

  func run() throws {
    try Exit.running {
      try BenchOutput.print(
        try InnerProcess.lines(.snapshot, ["--count", "\(cells)", "--rounds", "\(rounds)"]),
        SnapshotBench.table)
    }
  }
}
