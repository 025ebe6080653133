import Catalogue
import Logging

/// Reads the configuration again when asked to, and says what was done with it: to the log, the service manager and
/// the status.
public final class Reloader {
  /// Why a configuration is not taken; the old one stays.
  struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  private let load: () throws -> (configuration: Configuration?, diagnostics: [Diagnostic])
  private let file: String
  private let isRaised: () -> Bool
  private let take: () -> Bool
  private let manager: ServiceManager?
  private let logger: Logger
  private(set) var record = ReloadRecord()

  /// Reads a file again at every SIGHUP.
  public convenience init(path: String, signal: ReloadSignal, manager: ServiceManager?, logger: Logger) {
    self.init(
      file: path, isRaised: { signal.isRaised }, take: { signal.take() }, manager: manager, logger: logger,
      load: { try ConfigurationFile.load(path: path) })
  }

  init(
    file: String, isRaised: @escaping () -> Bool, take: @escaping () -> Bool, manager: ServiceManager?,
    logger: Logger, load: @escaping () throws -> (configuration: Configuration?, diagnostics: [Diagnostic])
  ) {
    self.file = file
    self.isRaised = isRaised
    self.take = take
    self.manager = manager
    self.logger = logger
    self.load = load
  }

  /// Whether somebody asked, and nothing was done about it yet.
  var isDue: Bool { isRaised() }

  /// Handles a request: `body` takes the configuration that was read, or throws why not; what it threw is said.
  ///
  /// - Parameter body: gets the configuration and its plan, which can be taken while running.
  func handle(
    from current: Configuration, _ body: (Configuration, ConfigurationPlan) throws -> Void
  ) {
    guard take() else { return }
    manager?.reloading()
    logger.notice("reading the configuration again", metadata: ["file": "\(file)"])
    do {
      let next = try read()
      let plan = try ConfigurationPlan(from: current, to: next)
      // In one line: of many the log would hold back all but the first few.
      logger.notice("plan", metadata: ["changes": "\(plan.lines.joined(separator: "\n"))"])
      if let setting = plan.settings.first(where: { !$0.isReloadable }) {
        throw Refusal(description: "\(setting.path) cannot change while running; start again for it")
      }
      try body(next, plan)
      record.takenCount += 1
      record.isLastTaken = true
      logger.notice("the new configuration is in use", metadata: ["metrics": "\(plan.summary)"])
      manager?.reloaded("configuration taken, metrics: \(plan.summary)")
    } catch {
      record.refusedCount += 1
      record.isLastTaken = false
      logger.error(
        "the new configuration is not taken; the old one stays in use", metadata: ["reason": "\(error)"])
      manager?.reloaded("configuration refused: \(error)")
    }
  }

  private func read() throws -> Configuration {
    let (configuration, diagnostics) = try load()
    if !diagnostics.isEmpty {
      let texts = diagnostics.map { $0.text(file: file) }
      logger.warning("configuration", metadata: ["diagnostics": "\(texts.joined(separator: "\n"))"])
    }
    guard let configuration else {
      throw Refusal(description: diagnostics.first?.text(file: file) ?? "\(file) is not good")
    }
    return configuration
  }
}
