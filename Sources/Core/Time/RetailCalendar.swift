/// A fiscal year of whole weeks, 52 or 53, whose quarters have 13 weeks in three periods.
public struct RetailCalendar: Hashable, Sendable {
  /// The weeks of a quarter's three periods.
  public enum Pattern: String, Hashable, Sendable, CaseIterable {
    case fourFourFive = "4-4-5"
    case fourFiveFour = "4-5-4"
    case fiveFourFour = "5-4-4"

    /// The week of the quarter, from 0, with which each period begins, and 13.
    var firstWeeks: [Int] {
      switch self {
      case .fourFourFive: [0, 4, 8, 13]
      case .fourFiveFour: [0, 4, 9, 13]
      case .fiveFourFour: [0, 5, 9, 13]
      }
    }
  }

  /// Where a year begins, relative to the first of its first month.
  public enum Alignment: String, Hashable, Sendable, CaseIterable {
    /// On the first weekday nearest to it.
    case nearest
    /// On the first weekday on or before it, so that the year before ends with the last such week of its month.
    case last
  }

  public let pattern: Pattern
  /// The month, 1 to 12, with which a year nominally begins.
  public let firstMonth: Int
  /// The ISO weekday, 1 to 7, with which a week begins.
  public let firstDay: Int
  public let alignment: Alignment

  public init(pattern: Pattern, firstMonth: Int, firstDay: Int, alignment: Alignment) {
    self.pattern = pattern
    self.firstMonth = firstMonth
    self.firstDay = firstDay
    self.alignment = alignment
  }

  /// Whether month and weekday are in range.
  public var isValid: Bool { (1...12).contains(firstMonth) && (1...7).contains(firstDay) }

  /// The first day, counted from 1970-01-01, of the fiscal year that nominally begins in a calendar year.
  func start(ofYear year: Int) -> Int {
    let first = CivilDate(uncheckedYear: year, month: firstMonth, day: 1).daysSinceEpoch
    let before = (CivilDate.weekday(ofDaysSinceEpoch: first) - firstDay + 7) % 7
    switch alignment {
    case .last: return first - before
    case .nearest: return before <= 3 ? first - before : first + 7 - before
    }
  }

  /// The calendar year in which the fiscal year of a day nominally begins.
  func year(containingDay day: Int) -> Int {
    var year = CivilDate(daysSinceEpoch: day).year + 1
    while start(ofYear: year) > day { year -= 1 }
    return year
  }

  /// The days of the fiscal year, quarter (0 to 3) or period (0 to 11) that a day lies in, with the year and the
  /// number in it.
  func part(_ part: Part, containingDay day: Int) -> (year: Int, number: Int, days: Range<Int>) {
    let year = year(containingDay: day)
    let start = start(ofYear: year)
    let end = self.start(ofYear: year + 1)
    let week = (day - start) / 7
    // A 53rd week belongs to the last quarter and to its last period.
    let quarter = min(week / 13, 3)
    let weekOfQuarter = week - quarter * 13
    switch part {
    case .year: return (year, 0, start..<end)
    case .quarter:
      let first = start + quarter * 91
      return (year, quarter, first..<(quarter == 3 ? end : first + 91))
    case .period:
      let weeks = pattern.firstWeeks
      let place = weekOfQuarter >= weeks[2] ? 2 : weekOfQuarter >= weeks[1] ? 1 : 0
      let first = start + (quarter * 13 + weeks[place]) * 7
      let isLast = quarter == 3 && place == 2
      return (
        year, quarter * 3 + place, first..<(isLast ? end : start + (quarter * 13 + weeks[place + 1]) * 7)
      )
    }
  }

  /// What a fiscal year is divided into.
  public enum Part: String, Hashable, Sendable, CaseIterable {
    case period, quarter, year
  }
}
