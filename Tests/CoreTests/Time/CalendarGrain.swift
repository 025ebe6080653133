import Testing

@testable import Core

/// The window kinds as `calendar_oracle.py` names them.
enum CalendarGrain {
  static func kind(_ name: String, parameter: Int) throws -> WindowKind {
    switch name {
    case "hour": return .hour
    case "day": return .day
    case "week": return .week(firstDay: parameter)
    case "month": return .month
    case "quarter": return .quarter
    case "year": return .year
    case "fiscalQuarter": return .fiscalQuarter(firstMonth: parameter)
    case "fiscalYear": return .fiscalYear(firstMonth: parameter)
    case "workingDay": return .workingDay(parameter == 67 ? saturdayAndSunday : fridayAndSaturday)
    case "rollingDay": return .rolling(count: parameter, unit: .day)
    case "rollingWeek": return .rolling(count: parameter, unit: .week(firstDay: 1))
    case "rollingMonth": return .rolling(count: parameter, unit: .month)
    case "monthByDay": return .cumulative(period: .month, step: .day)
    case "yearByMonth": return .cumulative(period: .year, step: .month)
    case "dayByHour": return .cumulative(period: .day, step: .hour)
    default: return try retail(name, parameter: parameter)
    }
  }

  /// Such as `period:4-4-5:nearest`, with the month times ten plus the weekday.
  private static func retail(_ name: String, parameter: Int) throws -> WindowKind {
    let words = name.split(separator: ":").map(String.init)
    try #require(words.count == 3, "\(name)")
    let calendar = RetailCalendar(
      pattern: try #require(RetailCalendar.Pattern(rawValue: words[1])), firstMonth: parameter / 10,
      firstDay: parameter % 10, alignment: try #require(RetailCalendar.Alignment(rawValue: words[2])))
    return .retail(calendar, try #require(RetailCalendar.Part(rawValue: words[0])))
  }

  private static let saturdayAndSunday = WorkCalendar(weekend: [6, 7], holidays: holidays)
  private static let fridayAndSaturday = WorkCalendar(weekend: [5, 6], holidays: holidays)

  /// Four holidays a year, and the eight days from the second of October.
  private static let holidays = (1900...2205).flatMap { year in
    ([(1, 1), (5, 1), (12, 25), (12, 26)] + (2...9).map { (10, $0) })
      .compactMap { CivilDate(year: year, month: $0.0, day: $0.1) }
  }
}
