import ArgumentParser
import Catalogue
import Foundation
import Web

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Prints a sample configuration, its schema, or the one that is in force.",
    subcommands: [Sample.self, Schema.self, Show.self], defaultSubcommand: Sample.self)

  struct Sample: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a commented sample configuration with every default.")

    func run() { print(ConfigurationSample.yaml) }
  }

  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the JSON Schema of the configuration, which editors complete and check by.")

    func run() { FileHandle.standardOutput.write(Data(ConfigurationSchema.json)) }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints what a configuration comes to with all defaults, as JSON, without secrets.")

    @Option(help: "The configuration file.")
    var config: String

    func run() throws {
      try Exit.running { print(try ConfigurationReport.json(try ConfigurationOption.load(config))) }
    }
  }
}
