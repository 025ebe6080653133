import ArgumentParser
import Foundation
import Service

struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Shows a running daemon live: its state, its partitions and the company's numbers.")

  @OptionGroup var daemon: DaemonOptions

  @Option(help: "The kind of window whose numbers are shown.")
  var window = "month"

  @Option(help: "Seconds between two looks.")
  var interval = 1.0

  @Flag(help: "Prints one look and ends, as when the output is not a terminal.")
  var once = false

  func validate() throws {
    guard (0.1...3_600).contains(interval) else {
      throw ValidationError("--interval \(interval) is out of range; write 0.1 to 3600")
    }
  }

  func run() throws {
    try Exit.running {
      let client = try daemon.client()
      let window = window
      let isOnce = once || !DemoTerminal.isPresent
      let terminal = DemoTerminal()
      let stop = StopSignals()
      if !isOnce { try terminal.open() }
      defer { terminal.close() }
      var rates = TopRates()
      while true {
        let look = try DaemonOptions.waiting { try await TopLook.take(client, window: window) }
        rates.enter(look.state)
        let lines = TopView.lines(look, rates, url: daemon.url)
        if isOnce {
          try StandardOutput.write(lines.map { $0.text(isStyled: false) + "\n" }.joined())
          return
        }
        try terminal.draw(lines)
        let deadline = Date().addingTimeInterval(interval)
        while Date() < deadline {
          if stop.isRaised { return }
          Thread.sleep(forTimeInterval: 0.05)
        }
      }
    }
  }
}
