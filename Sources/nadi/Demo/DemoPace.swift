/// How fast the simulation's clock goes, so that it ends at the real present and never passes it.
struct DemoPace {
  /// The simulation's clock, in milliseconds since 1970.
  private(set) var clock: Int64
  /// When the present must be reached; nil to go at `speed` until it is.
  private let end: Int64?
  private let speed: Double
  private var last: Int64

  private static let day: Int64 = 86_400_000
  /// Two weeks hold every kind of number; more than eight weeks only take memory.
  private static let historyRange = 14 * day...56 * day
  private static let usualSpeed = 60_000.0
  /// The clock goes in steps of at most this, in milliseconds, to keep batches small.
  private static let stepMax: Int64 = 2 * 3_600_000

  init(now: Int64, seconds: Int?, speed: Double?) {
    last = now
    end = seconds.map { now + Int64($0) * 1_000 }
    var history = Self.historyRange.upperBound
    if let seconds {
      history = Int64(Double(seconds) * 1_000 * (speed ?? Self.usualSpeed))
      if speed == nil {
        history = min(max(history, Self.historyRange.lowerBound), Self.historyRange.upperBound)
      }
    }
    self.speed = speed ?? Self.usualSpeed
    clock = (end ?? now) - history
  }

  /// Whether the clock is the real one by now.
  func isPresent(now: Int64) -> Bool { clock >= now - 1_000 }

  /// Moves the clock to where it belongs at this real time, in milliseconds since 1970.
  ///
  /// Time lost while held is made up for when there is an end to be reached.
  mutating func advance(now: Int64, isHeld: Bool) {
    let passed = max(0, now - last)
    if isHeld, end == nil { last = now }
    guard !isHeld, passed > 0 else { return }
    var step = Int64(Double(passed) * speed)
    if let end {
      let left = end - last
      step = left > passed ? Int64(Double(end - clock) * Double(passed) / Double(left)) : end - clock
    }
    clock = max(clock, min(now, clock + min(step, Self.stepMax)))
    last = now
  }
}
