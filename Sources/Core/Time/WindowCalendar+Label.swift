extension WindowCalendar {
  /// The name people know the window by: `2026-11-24`, `2026-W48`, `2026-11`, `2026-Q4`, `2026`,
  /// `FY2027-Q3`, `FY2027`.
  ///
  /// Weeks that do not begin on Monday have no ISO number and go by their first date; hours and tumbling
  /// windows go by their local start. A fiscal year has the number of the calendar year in which it ends.
  public func label(_ bounds: WindowBounds) -> String {
    switch kind {
    case .all:
      return "all"
    case .tumbling, .hour:
      return zone.format(bounds.start)
    case .day:
      return date(of: bounds).description
    case .week(let firstDay):
      let start = CivilDate(
        daysSinceEpoch: period(containingDay: zone.startedDay(at: bounds.start)).lowerBound)
      guard firstDay == 1 else { return start.description }
      let (year, week) = start.isoWeek
      return "\(Self.yearText(year))-W\(week < 10 ? "0" : "")\(week)"
    case .month:
      return String(date(of: bounds).description.dropLast(3))
    case .quarter:
      let date = date(of: bounds)
      return "\(Self.yearText(date.year))-Q\((date.month + 2) / 3)"
    case .year:
      return Self.yearText(date(of: bounds).year)
    case .fiscalQuarter(let firstMonth):
      let start = months(containing: date(of: bounds)).lowerBound
      let sinceFirst = start - (firstMonth - 1)
      let quarter = (sinceFirst - floorDivide(sinceFirst, by: 12) * 12) / 3 + 1
      return "\(Self.fiscalYearText(month: start, firstMonth: firstMonth))-Q\(quarter)"
    case .fiscalYear(let firstMonth):
      return Self.fiscalYearText(
        month: months(containing: date(of: bounds)).lowerBound, firstMonth: firstMonth)
    }
  }

  /// The first local date of the window that was not skipped.
  private func date(of bounds: WindowBounds) -> CivilDate {
    CivilDate(daysSinceEpoch: zone.startedDay(at: bounds.start))
  }

  private static func fiscalYearText(month: Int, firstMonth: Int) -> String {
    let yearStart = floorDivide(month - (firstMonth - 1), by: 12) * 12 + firstMonth - 1
    return "FY" + yearText(floorDivide(yearStart + 11, by: 12))
  }

  private static func yearText(_ year: Int) -> String {
    String(CivilDate(uncheckedYear: year, month: 1, day: 1).description.dropLast(6))
  }
}
