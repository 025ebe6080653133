import ArgumentParser

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures what the engine costs on this machine, without Kafka.",
    subcommands: [BenchWindowsCommand.self])
}
