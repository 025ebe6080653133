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
  private let requests: ReloadRequests
  private let manager: ServiceManager?
  private let logger: Logger
  private(set) var record = ReloadRecord(lastTakenMillis: WallClock.nowMillis())

  /// Reads a file again whenever somebody asks for it.
  public convenience init(path: String, requests: ReloadRequests, manager: ServiceManager?, logger: Logger) {
    self.init(
      file: path, requests: requests, manager: manager, logger: logger,
      load: { try ConfigurationFile.load(path: path) })
  }

  init(
    file: String, requests: ReloadRequests, manager: ServiceManager?, logger: Logger,
    load: @escaping () throws -> (configuration: Configuration?, diagnostics: [Diagnostic])
  ) {
    self.file = file
    self.requests = requests
    self.manager = manager
    self.logger = logger
    self.load = load
  }

  /// Whether somebody asked, and nothing was done about it yet.
  var isDue: Bool { requests.isRaised }

  /// Handles what was asked for: `body` takes the configuration that was read, or throws why not; what it threw is
  /// said.
  ///
  /// - Parameter body: gets the configuration and its plan, which can be taken while running.
  func handle(
    from current: Configuration, _ body: (Configuration, ConfigurationPlan) throws -> Void
  ) {
    guard let listeners = requests.take() else { return }
    manager?.reloading()
    logger.notice("reading the configuration again", metadata: ["file": "\(file)"])
    let outcome = outcome(from: current, body)
    if let refusal = outcome.refusal {
      record.refusedCount += 1
      record.isLastTaken = false
      logger.error(
        "the new configuration is not taken; the old one stays in use", metadata: ["reason": "\(refusal)"])
      manager?.reloaded("configuration refused: \(refusal)")
    } else {
      record.takenCount += 1
      record.isLastTaken = true
      record.lastTakenMillis = WallClock.nowMillis()
      let summary = outcome.plan?.summary ?? ""
      logger.notice("the new configuration is in use", metadata: ["metrics": "\(summary)"])
      manager?.reloaded("configuration taken, metrics: \(summary)")
    }
    for listener in listeners { listener(outcome) }
  }

  private func outcome(
    from current: Configuration, _ body: (Configuration, ConfigurationPlan) throws -> Void
  ) -> ReloadOutcome {
    var plan: ConfigurationPlan?
    do {
      let next = try read()
      let changes = try ConfigurationPlan(from: current, to: next)
      plan = changes
      // In one line: of many the log would hold back all but the first few.
      logger.notice("plan", metadata: ["changes": "\(changes.lines.joined(separator: "\n"))"])
      if let setting = changes.settings.first(where: { !$0.isReloadable }) {
        throw Refusal(description: "\(setting.path) cannot change while running; start again for it")
      }
      try body(next, changes)
      return ReloadOutcome(plan: changes)
    } catch {
      return ReloadOutcome(plan: plan, refusal: "\(error)")
    }
  }

  private func read() throws -> Configuration {
    let (configuration, diagnostics) = try load()
    if !diagnostics.isEmpty {
      let texts = diagnostics.map { $0.text(file: file) }
      logger.warning("configuration", metadata: ["diagnostics": "\(texts.joined(separator: "\n"))"])
    }
    guard let configuration else { throw Refusal(description: refusal(diagnostics)) }
    return configuration
  }

  /// The first error, and how many more there are.
  private func refusal(_ diagnostics: [Diagnostic]) -> String {
    let errors = diagnostics.filter { $0.severity == .error }
    guard let first = errors.first else { return "\(file) is not good" }
    let rest = errors.count > 1 ? " (and \(errors.count - 1) more; nadi validate tells all)" : ""
    return first.text(file: file) + rest
  }
}
