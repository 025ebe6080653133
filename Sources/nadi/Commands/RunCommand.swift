import ArgumentParser
import Foundation
import Logging
import Service
import Web

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the daemon until it is told to stop (SIGTERM or SIGINT).")

  @Option(help: "The configuration file.")
  var config: String

  @Flag(help: "Ends with 69 when the brokers and the input topics are not there within 30 s.")
  var requireHealthy = false

  // For brokers that cannot be asked about topics, such as the embedded one.
  @Flag(help: .init("Takes the output topics to be there and as they should be.", visibility: .hidden))
  var outputsExist = false

  @OptionGroup var logging: LoggingOptions

  private static let healthyMillisMax: Int64 = 30_000

  func run() throws {
    try Exit.running {
      let configuration = try ConfigurationOption.load(config)
      let stop = StopSignals()
      let logger = logging.logger()
      let manager = ServiceManager(
        environment: ProcessInfo.processInfo.environment, process: getpid(), logger: logger)
      let service = try RunService(
        configuration: configuration, managesOutputs: !outputsExist, build: Build.version, logger: logger)
      if requireHealthy { service.waitMillisMax = Self.healthyMillisMax }
      service.onStatus = { manager.turn($0) }
      service.onBeat = { manager.beat() }
      let reloads = ReloadRequests()
      let signal = ReloadSignal(reloads)
      defer { withExtendedLifetime(signal) {} }
      service.reloader = Reloader(path: config, requests: reloads, manager: manager, logger: logger)
      let server =
        configuration.http.isEnabled
        ? try WebServer(configuration: configuration, build: Build.version, reloads: reloads, logger: logger)
        : nil
      defer { server?.stop() }
      (service.monitor, service.tap) = (server?.monitor, server?.tap)
      service.onReload = { server?.show($0) }
      try service.run { stop.isRaised }
    }
  }
}

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Says everything that is wrong with a configuration; exit code 78 if anything is.",
    discussion: "Secrets and certificates are not looked at, and no broker is asked.")

  @Option(help: "The configuration file.")
  var config: String

  func run() throws {
    try Exit.running {
      try StartCheck.check(try ConfigurationOption.load(config))
      try StandardOutput.print("\(config): good")
    }
  }
}
