import ArgumentParser
import Catalogue
import Web

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Prints a sample configuration, its schema, or the one that is in force.",
    subcommands: [Sample.self, Schema.self, Show.self], defaultSubcommand: Sample.self)

  struct Sample: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a commented sample configuration with every default.")

    func run() throws { try Exit.running { try StandardOutput.print(ConfigurationSample.yaml) } }
  }

  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the JSON Schema of the configuration, which editors complete and check by.")

    func run() throws {
      try Exit.running {
        try StandardOutput.write(String(decoding: ConfigurationSchema.json, as: UTF8.self))
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints what a configuration comes to with all defaults, as JSON, without secrets.",
      discussion: """
        The document is that of /api/v1/configuration, with that of /api/v1/catalogue in it as catalogue, and has the \
        names and units of those and not of the file. Of kafka.tls, kafka.sasl, roster, zones, working_days, \
        week_starts, fiscal_year_starts and mappings it has no details.
        """)

    @Option(help: "The configuration file.")
    var config: String

    func run() throws {
      try Exit.running {
        try StandardOutput.print(try ConfigurationReport.json(try ConfigurationOption.load(config)))
      }
    }
  }
}
