import Logging
import Synchronization

/// Tells the service manager that started this process, systemd for one, how the service is doing.
///
/// Without `NOTIFY_SOCKET` in the environment it says nothing to anybody.
public final class ServiceManager: Sendable {
  private struct State {
    var notices: ServiceNotices
    var hasFailed = false
  }

  private let socket: NotifySocket?
  private let state: Mutex<State>
  private let logger: Logger

  /// - Parameters:
  ///   - environment: has `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` when a service manager listens.
  ///   - process: this process's id; a watchdog for another one is not ours to feed.
  public init(environment: [String: String], process: Int32, logger: Logger) {
    let watched = environment["WATCHDOG_PID"].map { Int32($0) == process } ?? true
    let hasWatchdog = watched && (environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0) > 0
    state = Mutex(State(notices: ServiceNotices(hasWatchdog: hasWatchdog)))
    self.logger = logger
    guard let address = environment["NOTIFY_SOCKET"] else {
      socket = nil
      return
    }
    do {
      socket = try NotifySocket(address)
    } catch {
      logger.warning(
        "the service manager cannot be told how the service is doing", metadata: ["error": "\(error)"])
      socket = nil
    }
  }

  /// Passes on how a turn of the processing loop went; only that loop may call it.
  public func turn(_ status: RunStatus) {
    let now = WallClock.steadyMicros()
    if let message = state.withLock({ $0.notices.turn(status, nowMicros: now) }) { send(message) }
  }

  /// The loop goes on within a turn that takes long, such as between two attempts of a commit.
  public func beat() {
    let now = WallClock.steadyMicros()
    if let message = state.withLock({ $0.notices.beat(nowMicros: now) }) { send(message) }
  }

  /// A new configuration is about to be read.
  public func reloading() {
    let now = WallClock.steadyMicros()
    send(state.withLock { $0.notices.reloading(nowMicros: now) })
  }

  /// The new configuration was taken or refused, with a text for the operator.
  public func reloaded(_ text: String) { send(state.withLock { $0.notices.reloaded(text) }) }

  private func send(_ message: String) {
    guard let socket else { return }
    let code = socket.send(message)
    let isNews = state.withLock { state in
      defer { state.hasFailed = code != 0 }
      return code != 0 && !state.hasFailed
    }
    if isNews {
      logger.warning("the service manager does not take a message", metadata: ["errno": "\(code)"])
    }
  }
}
