import ArgumentParser
import Bench

struct BenchSteadyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "steady",
    abstract: "Measures what an event allocates when everything has its size, without Kafka.",
    discussion: """
      One thread decodes, admits, combines and applies events in batches of 10,000, and publishes, encoded but \
      sent nowhere, behind each pass. Two passes warm up; the others are measured. minutes is J1, duplicates is \
      J1 whose duplicates are dropped, hierarchy is J2, catalogue is the built-in catalogue on what the subject \
      catalogue sends. minutes and hierarchy read the same events in each pass, so that no cell is new; the \
      others read new ones, whose ids and rows are remembered. allocations are counted by the allocator; growth \
      is that of the resident memory over the measured passes.

      A profiler counts instructions where other processes make times uncertain: run valgrind --tool=callgrind \
      nadi bench within steady --work minutes --events 20000 --passes 1 and look at SteadyBench.measuredReading, \
      measuredPublication and measuredSnapshot, inclusive.
      """)

  @Option(help: "minutes, duplicates, hierarchy or catalogue; may be given again. All by default.")
  var work: [String] = []

  @Option(help: "Events of a pass.")
  var events = 100_000

  @Option(help: "Passes that are measured.")
  var passes = 5

  @Option(help: "The seed of the events.")
  var seed: UInt64 = 20_261_124

  func validate() throws {
    guard (1_000...10_000_000).contains(events) else {
      throw ValidationError("--events \(events) is not from 1000 to 10000000")
    }
    guard (1...100).contains(passes) else { throw ValidationError("--passes \(passes) is not from 1 to 100") }
    for name in work where SteadyBench.Work(rawValue: name) == nil {
      throw ValidationError("--work \(name) is unknown; write minutes, duplicates, hierarchy or catalogue")
    }
  }

  func run() throws {
    try Exit.running {
      let names = work.isEmpty ? SteadyBench.Work.allCases.map(\.rawValue) : work
      let lines = try names.flatMap { name in
        try InnerProcess.lines(
          .steady,
          ["--work", name, "--events", "\(events)", "--passes", "\(passes)", "--seed", "\(seed)"])
      }
      try BenchOutput.print(lines, SteadyBench.table)
    }
  }
}
