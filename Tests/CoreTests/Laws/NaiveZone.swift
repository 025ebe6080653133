@testable import Core

/// Zones whose rules fit in a line, and the calendar by counting up from 2024.
enum NaiveZone: CaseIterable {
  case utc, kualaLumpur, summer

  static let day: Int64 = 86_400_000
  static let hour: Int64 = 3_600_000
  /// 2024-01-01, a Monday, in days since 1970-01-01.
  private static let firstDay = 19_723
  /// The first day of every month from January 2024 on.
  private static let months: [Int] = {
    var starts = [firstDay]
    for year in 2024...2032 {
      let february = year % 4 == 0 ? 29 : 28
      for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        starts.append(starts[starts.count - 1] + length)
      }
    }
    return starts
  }()

  func core() throws -> Zone {
    switch self {
    case .utc: .utc
    case .kualaLumpur: try SystemZone.named("Asia/Kuala_Lumpur")
    case .summer: try SampleZone.summer()
    }
  }

  private func offset(at instant: Int64) -> Int64 {
    switch self {
    case .utc: 0
    case .kualaLumpur: 8 * Self.hour
    case .summer: instant < SampleZone.changeMillis ? Self.hour : 2 * Self.hour
    }
  }

  /// The local day of an instant, in days since 1970-01-01.
  func localDay(_ instant: Int64) -> Int { Int((instant + offset(at: instant)) / Self.day) }

  /// The instant of a local midnight.
  func midnight(_ day: Int) -> Int64 {
    let local = Int64(day) * Self.day
    let early = local - offset(at: local - Self.day)
    return offset(at: early) == offset(at: local - Self.day) ? early : local - offset(at: local + Self.day)
  }

  /// The last day on or before `day` that is an ISO weekday.
  static func weekStart(_ day: Int, _ weekday: Int) -> Int {
    var start = day
    while Self.weekday(start) != weekday { start -= 1 }
    return start
  }

  static func weekday(_ day: Int) -> Int { (day - firstDay) % 7 + 1 }

  /// Months since January 2024.
  static func month(_ day: Int) -> Int {
    var month = 0
    while months[month + 1] <= day { month += 1 }
    return month
  }

  static func firstDay(ofMonth month: Int) -> Int { months[month] }
}
