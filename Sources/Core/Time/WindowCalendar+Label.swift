extension WindowCalendar {
  /// The name people know the window by: `2026-11-24`, `2026-W48`, `2026-11`, `2026-Q4`, `2026`,
  /// `FY2027-Q3`, `FY2027`.
  ///
  /// Weeks that do not begin on Monday have no ISO number and go by their first date; hours and tumbling
  /// windows go by their local start. A fiscal year has the number of the calendar year in which it ends (a year of
  /// whole weeks, of the calendar year before the month in which it begins comes again). A working day goes by the day
  /// that is worked. Rolling windows go by their last day, month or week; cumulative ones by period and step;
  /// hopping windows and sessions by their local start.
  public func label(_ bounds: WindowBounds) -> String {
    switch kind {
    case .all:
      return "all"
    case .tumbling, .hour, .hopping, .session:
      return zone.format(bounds.start)
    case .day, .dayBlock:
      return date(of: bounds).description
    case .workingDay:
      // Not the day at the window's end: a zone may have skipped the day that is worked.
      let days = period(containingDay: zone.startedDay(at: bounds.start))
      return CivilDate(daysSinceEpoch: days.upperBound - 1).description
    case .monthBlock:
      return String(date(of: bounds).description.dropLast(3))
    case .retail(let calendar, let part):
      let found = calendar.part(part, containingDay: zone.startedDay(at: bounds.start))
      let year = "FY" + Self.yearText(calendar.firstMonth == 1 ? found.year : found.year + 1)
      switch part {
      case .year: return year
      case .quarter: return "\(year)-Q\(found.number + 1)"
      case .period: return "\(year)-P\(found.number < 9 ? "0" : "")\(found.number + 1)"
      }
    case .rolling(_, let unit):
      let last = WindowCalendar(kind: unit.kind, zone: zone)
      return last.label(last.bounds(containing: bounds.end - 1))
    case .cumulative(let period, let step):
      let whole = WindowCalendar(kind: period, zone: zone)
      let last = WindowCalendar(kind: step, zone: zone)
      return whole.label(whole.bounds(containing: bounds.start)) + " to "
        + last.label(last.bounds(containing: bounds.end - 1))
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
