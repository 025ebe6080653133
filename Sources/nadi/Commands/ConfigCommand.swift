import ArgumentParser
import Catalogue

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Prints a commented sample configuration with every default.")

  func run() { print(ConfigurationSample.yaml) }
}
