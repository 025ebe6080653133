import ArgumentParser
import Service

@main
struct Nadi: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nadi", abstract: "Keeps every sales metric up to date from Kafka, exactly.",
    version: Build.version,
    subcommands: [
      RunCommand.self, DemoCommand.self, ReplayCommand.self, ValidateCommand.self, PlanCommand.self,
      ConfigCommand.self, WindowsCommand.self, VersionCommand.self, TopCommand.self, TapCommand.self,
      SnapshotCommand.self, BenchCommand.self, ProbeCommand.self, GraphCommand.self, DlqCommand.self,
    ])

  static func main() {
    StandardStream.prepare()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      exit(withError: Exit.code(after: error))
    }
  }
}

/// What this program is.
enum Build {
  static let version = "0.1.0"
}
