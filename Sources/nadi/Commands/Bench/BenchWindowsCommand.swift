import ArgumentParser
import Foundation
import Service

struct BenchWindowsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "windows",
    abstract: "Measures what an event costs with 1, 3, 10 and 30 windows, and with overlapping ones.",
    discussion: """
      The events are flat JSON of about 330 bytes, made from the seed before the clock starts: 280 for each second of \
      event time, up to 5 s out of order, of 1,000 reps and 5 kinds. The job counts them and adds up the amounts of won \
      deals by rep and kind.

      ns/event is the time of one thread from the bytes to the cells: decoding, admitting, combining in batches of \
      10,000 and applying what was combined. It holds no publication. Then the events of 5 more seconds are read, \
      and what they changed is published: updates is how many that are, and ns/update what each took to be \
      found and evaluated, without being encoded.

      The jobs take turns; each figure is the median of the rounds. Each job is compared with the first of its group: \
      10 windows are to cost less than 1.25 times what 1 does, and hopping windows of 60 s every 1 s less than 1.5 times \
      what tumbling ones of 60 s do.
      """)

  @Option(help: "Events of each run.")
  var events = 1_000_000

  @Option(help: "Runs of each job.")
  var rounds = 3

  @Option(help: "The seed of the events.")
  var seed: UInt64 = 20_261_124

  func validate() throws {
    guard (10_000...20_000_000).contains(events) else {
      throw ValidationError("--events \(events) is not from 10000 to 20000000")
    }
    guard (1...100).contains(rounds) else { throw ValidationError("--rounds \(rounds) is not from 1 to 100") }
  }

  func run() throws {
    try Exit.running {
      let input = BenchEvents(count: events + BenchEvents.perCommit, seed: seed)
      var runs = BenchJob.all.map { _ in [BenchFigures]() }
      for _ in 0..<rounds {
        for (number, job) in BenchJob.all.enumerated() {
          runs[number].append(try job.run(input, commitFrom: events))
        }
      }
      let figures = runs.map { BenchFigures.median($0) }
      print("job                        windows  ns/event  ratio    updates  ns/update")
      for (job, found) in zip(BenchJob.all, figures) { print(line(job, found, figures)) }
      for (job, found) in zip(BenchJob.all, figures) {
        print(found.json(job, events: events, rounds: rounds))
      }
    }
  }

  private func line(_ job: BenchJob, _ found: BenchFigures, _ all: [BenchFigures]) -> String {
    func cell(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    let base = BenchJob.all.firstIndex { $0.group == job.group } ?? 0
    let ratio = String(format: "%.2f", found.nanosPerEvent / all[base].nanosPerEvent)
    return job.name.padding(toLength: 26, withPad: " ", startingAt: 0) + cell("\(job.windows.count)", 8)
      + cell(String(format: "%.0f", found.nanosPerEvent), 10) + cell(ratio, 7) + cell("\(found.updates)", 11)
      + cell(String(format: "%.0f", found.nanosPerUpdate), 11)
  }
}
