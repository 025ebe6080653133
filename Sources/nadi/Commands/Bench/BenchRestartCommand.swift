import ArgumentParser
import Bench
import Foundation

struct BenchRestartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart",
    abstract:
      "Measures the time from the start of the process to the first new update, with a state to restore.",
    discussion: """
      A topic is filled with events that make the cells, a snapshot of them all is written, and the group's \
      offsets are committed, as a daemon leaves them behind when it stops. Then one more event is produced and \
      `nadi run` is started. It ends when a consumer of committed updates has the update of that event: joining \
      the group, reading and checking the snapshot, restoring it, consuming, evaluating, publishing and \
      committing lie between.
      """)

  @Option(help: "Cells of the state: 1,000,000 by default.")
  var cells = 1_000_000

  @OptionGroup var runs: BenchRunOptions
  @OptionGroup var broker: BenchBrokerOptions

  func validate() throws {
    guard (10_000...1_000_000_000).contains(cells) else {
      throw ValidationError("--cells \(cells) is not from 10000 to 1000000000")
    }
  }

  func run() throws {
    try Exit.running {
      try broker.measuring { broker, directory, patience in
        let bench = RestartBench(
          cells: cells, rounds: runs.rounds, broker: broker, directory: directory, patience: patience)
        try BenchOutput.print([try bench.run(note: BenchOutput.note)], RestartBench.table)
      }
    }
  }
}

/// Run by `restart` in a process of its own.
struct BenchRestartStateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart-state", abstract: "Writes a snapshot of a topic.", shouldDisplay: false)

  @Option var brokers: String
  @Option var topic: String
  @Option var partitions: Int
  @Option var events: Int
  @Option var directory: String
  @Option var group: String
  @OptionGroup var properties: PropertyOptions

  func run() throws {
    try Exit.running {
      try BenchOutput.printJSON(
        try RestartState.run(
          brokers: brokers, topic: topic, partitions: partitions, events: events,
          properties: properties.settings, directory: directory, group: group))
    }
  }
}
