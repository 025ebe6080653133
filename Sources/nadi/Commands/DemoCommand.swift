import ArgumentParser
import Foundation

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Shows the daemon at work without a broker: a simulated sales organisation and live numbers.",
    discussion: """
      Starts a broker inside this process, simulates 200 reps in 20 teams and 5 regions up to the present, runs the \
      daemon on what they do, and shows what it publishes. With --seconds it ends with a table of every metric.
      """)

  @Option(help: "Seconds after which to stop and print the summary; without it, until Ctrl-C.")
  var seconds: Int?

  @Option(help: "What the simulation makes of chance.")
  var seed: UInt64 = 1

  @Option(help: "Simulated seconds in each second, until the present is reached; 60000 by default.")
  var speed: Double?

  @Flag(help: "A line each second, as when the output is not a terminal.")
  var plain = false

  @Option(help: "Where snapshots are kept; a temporary directory by default.")
  var stateDirectory: String?

  @Option(help: "The port of the page and the queries; any free one by default.")
  var httpPort: UInt16 = 0

  func validate() throws {
    if let seconds, !(1...86_400).contains(seconds) {
      throw ValidationError("--seconds \(seconds) is out of range; write 1 to 86400")
    }
    if let speed, !(1...10_000_000).contains(speed) {
      throw ValidationError("--speed \(speed) is out of range; write 1 to 10000000")
    }
  }

  func run() throws {
    try Exit.running {
      try DemoSession(
        seconds: seconds, seed: seed, speed: speed, isPlain: plain, stateDirectory: stateDirectory,
        httpPort: httpPort
      ).run()
    }
  }
}
