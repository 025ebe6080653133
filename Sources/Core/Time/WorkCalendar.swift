/// Which local days are worked: all but the days of the weekend and the holidays.
public struct WorkCalendar: Hashable, Sendable {
  /// Bit n: ISO weekday n + 1 is free.
  private let weekendMask: UInt8
  /// Days since 1970-01-01, ascending.
  private let holidays: [Int]

  /// - Parameters:
  ///   - weekend: ISO weekdays, 1 (Monday) to 7; at least one day of the week must be left.
  ///   - holidays: local dates on which nobody works.
  public init(weekend: Set<Int>, holidays: [CivilDate]) {
    weekendMask = weekend.reduce(0) { $0 | 1 << UInt8($1 - 1) }
    self.holidays = Set(holidays.map(\.daysSinceEpoch)).sorted()
  }

  /// The longest break, in days, so that a working day with the free days before it is at most 31 local days.
  public static let freeDaysMax = 30

  /// Whether some day of the week is worked and no break is longer than `freeDaysMax`.
  public var isValid: Bool { weekendMask & 0x7F != 0x7F && endOfTooLongBreak == nil }

  /// The first working day after a break of more than `freeDaysMax` days, or nil; some day of the week must be worked.
  public var endOfTooLongBreak: CivilDate? {
    holidays.lazy.map { period(containingDay: $0) }.first { $0.count > Self.freeDaysMax + 1 }
      .map { CivilDate(daysSinceEpoch: $0.upperBound - 1) }
  }

  /// Whether a local day, counted from 1970-01-01, is worked.
  func isWorked(_ day: Int) -> Bool {
    if weekendMask >> UInt8(CivilDate.weekday(ofDaysSinceEpoch: day) - 1) & 1 == 1 { return false }
    var low = 0
    var high = holidays.count
    while low < high {
      let middle = (low + high) / 2
      if holidays[middle] < day { low = middle + 1 } else { high = middle }
    }
    return low == holidays.count || holidays[low] != day
  }

  /// The working day on which a day's activity counts (itself or the next one), with the free days before it.
  func period(containingDay day: Int) -> Range<Int> {
    // The list of holidays ends, so both searches do.
    var last = day
    while !isWorked(last) { last += 1 }
    var first = day
    while !isWorked(first - 1) { first -= 1 }
    return first..<(last + 1)
  }
}
