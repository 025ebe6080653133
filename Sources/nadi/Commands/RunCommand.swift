import ArgumentParser
import Foundation
import Logging
import Service

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the daemon until it is told to stop (SIGTERM or SIGINT).")

  @Option(help: "The configuration file.")
  var config: String

  @OptionGroup var logging: LoggingOptions

  func run() throws {
    try Exit.running {
      let configuration = try ConfigurationOption.load(config)
      let stop = StopSignals()
      let service = try RunService(
        configuration: configuration, build: Build.version, logger: logging.logger())
      try service.run { stop.isRaised }
    }
  }
}

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Says everything that is wrong with a configuration; exit code 78 if anything is.")

  @Option(help: "The configuration file.")
  var config: String

  func run() throws {
    try Exit.running {
      _ = try ConfigurationOption.load(config)
      print("\(config): good")
    }
  }
}
