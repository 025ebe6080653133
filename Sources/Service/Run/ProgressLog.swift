import Logging

/// Says how long work goes on: while restoring or catching up, a line every few seconds.
struct ProgressLog {
  private var lastMillis: Int64 = 0
  private var lastRead: UInt64 = 0
  private var isBehind = false

  private static let everyMillis: Int64 = 5_000
  /// Fewer records than this are no catching up.
  private static let lagMin: Int64 = 10_000

  mutating func note(_ status: RunStatus, logger: Logger) {
    let isNowBehind = status.phase == .restoring || status.lag > Self.lagMin
    defer { isBehind = isNowBehind }
    if isBehind, !isNowBehind {
      logger.notice("caught up", metadata: ["events": "\(status.books.read)"])
      return
    }
    let now = WallClock.steadyMillis()
    guard isNowBehind, now - lastMillis >= Self.everyMillis else { return }
    let rate =
      lastMillis == 0
      ? 0 : Int64(status.books.read - min(lastRead, status.books.read)) * 1_000 / (now - lastMillis)
    lastMillis = now
    lastRead = status.books.read
    let done = Int64(status.books.read) * 100 / max(1, Int64(status.books.read) + status.lag)
    logger.info(
      status.phase == .restoring ? "replaying in silence" : "catching up",
      metadata: [
        "percent": "\(done)", "lag": "\(status.lag)", "events_per_second": "\(rate)",
        "seconds_left": "\(rate > 0 ? status.lag / rate : -1)",
      ])
  }
}
