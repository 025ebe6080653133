/// Windows the slow way: by counting days and months up from 2026.
struct NaiveCalendar {
  let isSummer: Bool
  private static let day: Int64 = 86_400_000
  private static let january: Int64 = 1_767_225_600_000  // 2026-01-01T00:00:00Z
  private static let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

  private func offset(at instant: Int64) -> Int64 {
    guard isSummer else { return 0 }
    return instant < SampleZone.changeMillis ? 3_600_000 : 7_200_000
  }

  private func instant(local: Int64) -> Int64 {
    let early = local - offset(at: 0)
    return early < SampleZone.changeMillis ? early : local - offset(at: .max)
  }

  private func localDay(_ instant: Int64) -> Int64 {
    (instant + offset(at: instant) - Self.january) / Self.day
  }

  /// Start and end of the window that an instant of 2026 lies in.
  func bounds(_ window: String, _ instant: Int64) -> (start: Int64, end: Int64) {
    switch window {
    case "minute": return tumbling(60_000, instant)
    case "quarter_hour": return tumbling(900_000, instant)
    case "day":
      let start = Self.january + localDay(instant) * Self.day
      return (self.instant(local: start), self.instant(local: start + Self.day))
    case "month":
      var first: Int64 = 0
      for length in Self.lengths {
        let next = first + Int64(length)
        if localDay(instant) < next {
          return (
            self.instant(local: Self.january + first * Self.day),
            self.instant(local: Self.january + next * Self.day)
          )
        }
        first = next
      }
      preconditionFailure("the naive calendar knows the year 2026 only")
    default: return (.min, .max)
    }
  }

  private func tumbling(_ size: Int64, _ instant: Int64) -> (start: Int64, end: Int64) {
    let start = instant / size * size
    return (start, start + size)
  }
}
