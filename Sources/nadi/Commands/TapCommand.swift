import ArgumentParser
import Foundation
import Service
import Synchronization
import Web

struct TapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tap",
    abstract: "Prints the updates of a running daemon as they are committed, one JSON object a line.",
    discussion: """
      Each option takes several names with commas between them. When the daemon leaves updates out because \
      this program is too slow, it is said on standard error.
      """)

  @OptionGroup var daemon: DaemonOptions

  @Option(help: "Metrics, such as calls,revenue.")
  var metric: String?

  @Option(help: "Scopes, such as rep,team.")
  var scope: String?

  @Option(help: "Ids within the scope.")
  var id: String?

  @Option(help: "Kinds of window, such as day,month.")
  var window: String?

  @Option(help: "The currency of metrics of money.")
  var currency: String?

  @Option(help: "The id of the scope above.")
  var parent: String?

  @Option(help: "Ends after so many updates.")
  var count: Int?

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count \(count) is out of range; write 1 or more") }
  }

  private struct Enough: Error {}

  func run() throws {
    try Exit.running {
      let client = try daemon.client()
      let path = path
      let limit = count ?? .max
      do {
        try DaemonOptions.waiting {
          var printer = TapPrinter(limit: limit)
          try await client.lines(path) { line in
            try printer.take(line)
            if printer.isFull { throw Enough() }
          }
          throw ServiceFault(.unavailable, printer.ending, remedy: "start it again")
        }
      } catch is Enough {
        return
      }
    }
  }

  private var path: String {
    var parts = URLComponents()
    let values = [
      ("metric", metric), ("scope", scope), ("id", id), ("window", window), ("currency", currency),
      ("parent", parent),
    ]
    parts.queryItems = values.compactMap { name, value in value.map { URLQueryItem(name: name, value: $0) } }
    parts.path = "/api/v1/stream"
    return parts.string ?? parts.path
  }
}

/// Turns server-sent events into lines: updates to standard output, what is to be said to standard error.
struct TapPrinter {
  private var event = ""
  private var printed = 0
  private let limit: Int
  private(set) var ending = "the daemon ended the stream"

  init(limit: Int) { self.limit = limit }

  var isFull: Bool { printed >= limit }

  /// Takes one line of the stream.
  mutating func take(_ line: String) throws {
    if line.hasPrefix("event: ") {
      event = String(line.dropFirst("event: ".count))
    } else if line.hasPrefix("data: ") {
      let data = String(line.dropFirst("data: ".count))
      switch event {
      case "gap": StandardStream.say("nadi: updates were left out: \(data)")
      case "cut": ending = "the daemon ended the stream: \(data)"
      default:
        try StandardOutput.print(data)
        printed += 1
      }
    }
  }
}
