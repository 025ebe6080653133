/// Finds the windows of one kind in one zone.
public struct WindowCalendar: Hashable, Sendable {
  /// How time is cut.
  public let kind: WindowKind
  /// Whose local time the calendar follows.
  public let zone: Zone

  /// The windows of a kind in a zone; the kind must be valid (`WindowKind.isValid`).
  public init(kind: WindowKind, zone: Zone) {
    precondition(kind.isValid, "a window kind's parameters must be in range")
    self.kind = kind
    self.zone = zone
  }

  /// The one window of a tiling kind that the instant lies in.
  ///
  /// Instants more than 285 million years from the epoch get the window at that distance.
  public func bounds(containing instant: Instant) -> WindowBounds {
    let clamped = Millis.clamped(instant)
    switch kind {
    case .tumbling(let sizeMillis, let offsetMillis):
      return Self.tumbling(containing: clamped, sizeMillis: sizeMillis, offsetMillis: offsetMillis)
    case .hour:
      return hour(containing: clamped)
    case .day, .week, .month, .quarter, .year, .fiscalQuarter, .fiscalYear, .retail, .workingDay, .dayBlock,
      .monthBlock:
      let days = period(containingDay: zone.startedDay(at: clamped))
      return WindowBounds(
        start: zone.localStart(ofDay: days.lowerBound), end: zone.localStart(ofDay: days.upperBound))
    case .all:
      return .all
    case .hopping, .rolling, .cumulative, .session:
      preconditionFailure("only the windows of a tiling kind are found by an instant alone")
    }
  }

  /// The local days, counted from 1970-01-01, of the calendar period that the day lies in.
  func period(containingDay day: Int) -> Range<Int> {
    switch kind {
    case .week(let firstDay):
      let start = day - (CivilDate.weekday(ofDaysSinceEpoch: day) - firstDay + 7) % 7
      return start..<(start + 7)
    case .dayBlock(let count, let phase):
      let start = floorDivide(day - phase, by: count) * count + phase
      return start..<(start + count)
    case .retail(let calendar, let part):
      return calendar.part(part, containingDay: day).days
    case .workingDay(let calendar):
      return calendar.period(containingDay: day)
    case .month, .quarter, .year, .fiscalQuarter, .fiscalYear, .monthBlock:
      let months = months(containing: CivilDate(daysSinceEpoch: day))
      return Self.firstDay(ofMonth: months.lowerBound)..<Self.firstDay(ofMonth: months.upperBound)
    case .day, .hour, .tumbling, .all, .hopping, .rolling, .cumulative, .session:
      return day..<(day + 1)
    }
  }

  /// The months, counted from January of year 0, of the period of months that the date lies in.
  func months(containing date: CivilDate) -> Range<Int> {
    let (length, phase) = monthPattern
    let month = date.year * 12 + date.month - 1
    let start = floorDivide(month - phase, by: length) * length + phase
    return start..<(start + length)
  }

  /// How many months a period has and by how many its start is moved from January.
  private var monthPattern: (length: Int, phase: Int) {
    switch kind {
    case .quarter: (3, 0)
    case .year: (12, 0)
    case .fiscalQuarter(let firstMonth): (3, firstMonth - 1)
    case .fiscalYear(let firstMonth): (12, firstMonth - 1)
    case .monthBlock(let count, let phase): (count, phase)
    default: (1, 0)
    }
  }

  static func firstDay(ofMonth month: Int) -> Int {
    let year = floorDivide(month, by: 12)
    return CivilDate(uncheckedYear: year, month: month - year * 12 + 1, day: 1).daysSinceEpoch
  }

  private static func tumbling(
    containing instant: Instant, sizeMillis: Int64, offsetMillis: Int64
  ) -> WindowBounds {
    // Only the offset's remainder matters, and it cannot overflow.
    let shifted = instant - offsetMillis % sizeMillis
    let start = instant - (shifted - floorDivide(shifted, by: sizeMillis) * sizeMillis)
    return WindowBounds(start: start, end: start + sizeMillis)
  }

  private func hour(containing instant: Instant) -> WindowBounds {
    let span = zone.transitionBounds(around: instant)
    let local = instant + span.offsetMillis
    let start = floorDivide(local, by: Millis.hour) * Millis.hour - span.offsetMillis
    return WindowBounds(start: max(start, span.start), end: min(start + Millis.hour, span.end))
  }
}
