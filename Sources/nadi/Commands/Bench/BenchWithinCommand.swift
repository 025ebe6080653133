import ArgumentParser
import Bench
import Foundation
import Service

/// Measures something within this process; run by the other commands, so that each measurement has a fresh one.
struct BenchWithinCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "within", abstract: "Measures within this process.", shouldDisplay: false)

  enum Subject: String, ExpressibleByArgument {
    case cells, rows, snapshotCells, snapshotRows, steady
  }

  @Argument var subject: Subject
  /// Cells or rows.
  @Option var count = 0
  @Option var events = 0
  @Option var passes = 1
  @Option var rounds = 1
  @Option var seed: UInt64 = 0
  @Option var work = ""
  @Option var directory = ""

  func run() throws {
    try Exit.running {
      let lines: [BenchLine]
      switch subject {
      case .cells: lines = [try MemoryBench().cells(count)]
      case .rows: lines = [try MemoryBench().rows(count)]
      case .snapshotCells: lines = try SnapshotBench(rounds: rounds, directory: directory).cells(count)
      case .snapshotRows: lines = try SnapshotBench(rounds: rounds, directory: directory).rows(count)
      case .steady:
        guard let work = SteadyBench.Work(rawValue: work) else {
          throw ServiceFault(.usage, "no work is called \(work)", remedy: "write --work minutes")
        }
        lines = [try SteadyBench(events: events, passes: passes, seed: seed).run(work)]
      }
      try BenchOutput.printJSON(lines)
    }
  }
}

/// Runs the command above in a process of its own.
enum InnerProcess {
  private static let secondsMax = 3_600.0

  static func lines(_ subject: BenchWithinCommand.Subject, _ arguments: [String]) throws -> [BenchLine] {
    var lines: [BenchLine] = []
    try BenchOutput.withDirectory { directory in
      let stop = StopSignals()
      let output = try ChildProcess.output(
        of: ["bench", "within", subject.rawValue, "--directory", directory] + arguments, directory: directory,
        Patience(secondsMax: secondsMax) { stop.isRaised })
      lines = try JSONDecoder().decode([BenchLine].self, from: Data(output.utf8))
    }
    return lines
  }
}
