import ArgumentParser
import Bench

struct BenchSnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Measures for how long a snapshot stops processing and how large it is, without Kafka.",
    discussion: """
      The state has as many cells of J1, and then rows of ten fields, as are asked for. Snapshots are taken after \
      one of 1,000, of 100, of 10 and all of them have changed, evenly spread, and the changes go on meanwhile. \
      pause is the longest time of a snapshot in which no event could be processed, and 'in all' the sum of them; \
      write is the time until the file is safe on disk, in which events are processed. The files are written \
      below TMPDIR.
      """)

  @Option(help: "Cells of the state: 1,000,000 by default.")
  var cells = 1_000_000

  @Option(help: "Rows of the state that is measured after it: 100,000 by default.")
  var rows = 100_000

  @Option(help: "Snapshots for each share.")
  var rounds = 10

  func validate() throws {
    guard (20_000...1_000_000_000).contains(cells) else {
      throw ValidationError("--cells \(cells) is not from 20000 to 1000000000")
    }
    guard (1_000...1_000_000_000).contains(rows) else {
      throw ValidationError("--rows \(rows) is not from 1000 to 1000000000")
    }
    guard (1...1_000).contains(rounds) else {
      throw ValidationError("--rounds \(rounds) is not from 1 to 1000")
    }
  }

  func run() throws {
    try Exit.running {
      try BenchOutput.print(
        try InnerProcess.lines(.snapshotCells, ["--count", "\(cells)", "--rounds", "\(rounds)"])
          + InnerProcess.lines(.snapshotRows, ["--count", "\(rows)", "--rounds", "\(rounds)"]),
        SnapshotBench.table)
    }
  }
}
