import Catalogue
import Core
import Service
import Synchronization

/// What the routes read: the daemon's status, the last updates, and the configuration in force.
final class WebState: Sendable {
  let monitor: RunMonitor
  let view: UpdateView
  let hub: StreamHub
  let build: String
  let startMillis = WallClock.nowMillis()
  /// Requests answered, by status code.
  private let answers = Mutex<[Int: UInt64]>([:])
  private let present: Mutex<Configuration>

  init(configuration: Configuration, monitor: RunMonitor, view: UpdateView, hub: StreamHub, build: String) {
    present = Mutex(configuration)
    self.monitor = monitor
    self.view = view
    self.hub = hub
    self.build = build
  }

  var configuration: Configuration {
    get { present.withLock { $0 } }
    set { present.withLock { $0 = newValue } }
  }

  var answerCounts: [Int: UInt64] { answers.withLock { $0 } }

  func countAnswer(_ code: Int) { answers.withLock { $0[code, default: 0] += 1 } }

  // MARK: - Health

  /// Whether the processing loop advances, or a snapshot is being read, for which it stands still.
  var isAlive: Bool {
    let status = monitor.status
    let isReadingSnapshot = status.phase == .restoring && status.partitions.isEmpty
    return isReadingSnapshot || monitor.stallMillis <= configuration.http.stallMillis
  }

  /// What must hold for the daemon to be ready, each with what is the matter if it does not.
  ///
  /// - Parameter acceptsStandby: whether a process that follows another one is ready, too.
  func readiness(acceptsStandby: Bool = false) -> [ReadinessCheck] {
    let status = monitor.status
    let lagMax = configuration.http.readyLagMax
    let assigned = "\(status.partitions.count) of \(status.partitionTotal) partitions"
    return [
      ReadinessCheck(
        name: "alive", isPassed: isAlive, detail: "the loop last advanced \(monitor.stallMillis) ms ago"),
      ReadinessCheck(
        name: "assigned",
        isPassed: status.partitionTotal > 0 && status.partitions.count == status.partitionTotal,
        detail: assigned),
      ReadinessCheck(
        name: "restored", isPassed: status.phase == .running || acceptsStandby && status.phase == .following,
        detail: status.phase.rawValue),
      ReadinessCheck(
        name: "lag", isPassed: status.lag <= lagMax,
        detail: "\(status.lag) records waiting of at most \(lagMax)"),
    ]
  }
}

/// One condition of readiness.
struct ReadinessCheck: Sendable, Encodable {
  let name: String
  let isPassed: Bool
  let detail: String
}
