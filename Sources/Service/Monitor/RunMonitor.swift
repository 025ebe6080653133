import Synchronization

/// What a running service shows to other threads: how it is doing, and whether its loop advances.
public final class RunMonitor: Sendable {
  private let latest = Mutex(RunStatus(phase: .waiting))
  private let lastBeatMillis = Atomic<Int64>(WallClock.steadyMillis())

  public init() {}

  /// Says that the loop advances; cheap enough for every turn.
  public func beat() { lastBeatMillis.store(WallClock.steadyMillis(), ordering: .relaxed) }

  /// Leaves the present status, which nobody changes afterwards.
  public func note(_ status: RunStatus) { latest.withLock { $0 = status } }

  /// As of the last second or so.
  public var status: RunStatus { latest.withLock { $0 } }

  /// For how long the loop has not advanced, in milliseconds.
  public var stallMillis: Int64 {
    max(0, WallClock.steadyMillis() - lastBeatMillis.load(ordering: .relaxed))
  }
}
