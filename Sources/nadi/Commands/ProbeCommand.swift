import ArgumentParser
import Service

/// For those who supervise containers: the answer is the exit code.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Asks a running daemon whether it is live or ready; ends with 0 if so, else with 69.")

  enum Question: String, ExpressibleByArgument, CaseIterable {
    case live, ready
  }

  @Argument(help: "live: the loop advances. ready: restored, assigned and not far behind.")
  var question: Question

  @OptionGroup var daemon: DaemonOptions

  func run() throws {
    try Exit.running {
      let client = try daemon.client()
      let path = question == .live ? "/livez" : "/readyz"
      do {
        _ = try DaemonOptions.waiting { try await client.get(path) }
      } catch {
        throw ServiceFault(.unavailable, "not \(question.rawValue): \(error)", remedy: "see /readyz?verbose")
      }
    }
  }
}
