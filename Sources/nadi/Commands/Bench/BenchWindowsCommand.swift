import ArgumentParser
import Bench

struct BenchWindowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "windows",
    abstract:
      "Measures what an event costs with 1, 3, 10 and 30 windows, and with overlapping ones, without Kafka.",
    discussion: """
      The events are those of ingest, made before the clock starts. The job counts them and adds up the amounts \
      of won deals by rep and kind.

      ns/event is the CPU time of one thread from the bytes to the cells: decoding, admitting, combining and \
      applying what was combined, and forgetting windows that are past their retention, as in a daemon that has \
      run for a while and commits every 500,000 events. It holds no publication. Then the events of 5 more seconds \
      are read, and what they changed is published: updates is how many that are, and ns/update what each took to \
      be found and evaluated, without being encoded.

      The jobs take turns in one process. Each job is compared with the first of its group: 10 windows are to \
      cost less than 1.25 times what 1 does, and hopping windows of 60 s every 1 s less than 1.5 times what \
      tumbling ones of 60 s do.
      """)

  @Option(help: "Events of each run.")
  var events = 1_000_000

  @OptionGroup var runs: BenchRunOptions

  func validate() throws {
    guard (10_000...20_000_000).contains(events) else {
      throw ValidationError("--events \(events) is not from 10000 to 20000000")
    }
  }

  func run() throws {
    try Exit.running {
      try BenchOutput.print(
        try WindowsBench(events: events, rounds: runs.rounds, seed: runs.seed).run(), WindowsBench.table)
    }
  }
}
