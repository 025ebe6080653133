/// How event time is cut into windows.
///
/// Most kinds tile time: no gap, no overlap. The windows of hopping, rolling and cumulative kinds overlap and are made of
/// smaller ones that tile it (`WindowCalendar.paneKinds`); sessions follow the events.
public enum WindowKind: Hashable, Sendable {
  /// Windows of one size, one of which begins at the offset from the epoch; zones play no part.
  case tumbling(sizeMillis: Int64, offsetMillis: Int64)
  /// Local hours, cut where the zone's offset changes inside one.
  case hour
  /// Local days, of 23, 24, 25 or any other number of hours.
  case day
  /// Weeks that begin on an ISO weekday: 1 is Monday, 7 is Sunday.
  case week(firstDay: Int)
  /// Calendar months.
  case month
  /// Calendar quarters, from January, April, July and October.
  case quarter
  /// Calendar years.
  case year
  /// Quarters of a fiscal year that begins on the first of the month, 1 to 12.
  case fiscalQuarter(firstMonth: Int)
  /// Fiscal years that begin on the first of the month, 1 to 12.
  case fiscalYear(firstMonth: Int)
  /// Periods, quarters or years of a fiscal year of whole weeks (4-4-5 and its like).
  case retail(RetailCalendar, RetailCalendar.Part)
  /// Working days, each with the free days before it.
  case workingDay(WorkCalendar)
  /// Blocks of local days, one of which begins `phase` days after 1970-01-01.
  case dayBlock(count: Int, phase: Int)
  /// Blocks of calendar months, one of which begins `phase` months after January of year 0.
  case monthBlock(count: Int, phase: Int)
  /// One window that is all of time.
  case all
  /// Windows of one size, one of which begins at every slide from the offset; zones play no part.
  case hopping(sizeMillis: Int64, slideMillis: Int64, offsetMillis: Int64)
  /// The last so many local days, weeks or months, one window ending with each.
  case rolling(count: Int, unit: RollingUnit)
  /// From the start of a period to the end of each of its steps; the last one is the whole period.
  indirect case cumulative(period: WindowKind, step: WindowKind)
  /// Events with pauses shorter than the gap between them; ends a gap after the last.
  case session(gapMillis: Int64)

  /// The unit of a rolling window.
  public enum RollingUnit: Hashable, Sendable {
    case day
    case week(firstDay: Int)
    case month
  }

  /// The longest tumbling or hopping window, in milliseconds: more than 31,000 years.
  public static let sizeMillisMax: Int64 = 1_000_000_000_000_000
  /// How many windows of one kind may hold one instant.
  public static let overlapMax = 4_000

  /// Whether each instant lies in exactly one window, whatever the events are.
  public var isTiling: Bool {
    switch self {
    case .hopping, .rolling, .cumulative, .session: false
    default: true
    }
  }

  /// Whether its windows are found by events and not by time alone.
  public var isSession: Bool {
    if case .session = self { true } else { false }
  }

  /// Whether the parameters are in range: sizes from 1 to `sizeMillisMax`, days from 1 to 7, months from 1
  /// to 12, at most `overlapMax` windows over one instant, and steps that tile their period.
  public var isValid: Bool {
    switch self {
    case .tumbling(let sizeMillis, _), .session(let sizeMillis): (1...Self.sizeMillisMax).contains(sizeMillis)
    case .week(let firstDay): (1...7).contains(firstDay)
    case .fiscalQuarter(let firstMonth), .fiscalYear(let firstMonth): (1...12).contains(firstMonth)
    case .retail(let calendar, _): calendar.isValid
    case .workingDay(let calendar): calendar.isValid
    case .dayBlock(let count, _), .monthBlock(let count, _): count > 0
    case .hopping(let sizeMillis, let slideMillis, _):
      (1...Self.sizeMillisMax).contains(sizeMillis) && (1...sizeMillis).contains(slideMillis)
        && (sizeMillis - 1) / slideMillis < Int64(Self.overlapMax)
    case .rolling(let count, .week(let firstDay)):
      (1...Self.overlapMax).contains(count) && (1...7).contains(firstDay)
    case .rolling(let count, _): (1...Self.overlapMax).contains(count)
    case .cumulative(let period, let step):
      period.isValid && step.isValid && step != period && Self.isStep(step, of: period)
    case .hour, .day, .month, .quarter, .year, .all: true
    }
  }

  /// Whether steps of one kind tile a period of another, few enough for one period.
  private static func isStep(_ step: WindowKind, of period: WindowKind) -> Bool {
    switch (step, period) {
    case (.tumbling(let size, let offset), .tumbling(let whole, let wholeOffset)):
      whole % size == 0 && (wholeOffset - offset) % size == 0 && whole / size <= Int64(overlapMax)
    case (.hour, .day), (.hour, .week), (.hour, .month): true
    case (.day, .week), (.day, .month), (.day, .quarter), (.day, .year), (.day, .fiscalQuarter),
      (.day, .fiscalYear), (.day, .retail):
      true
    case (.week(let firstDay), .retail(let calendar, _)): firstDay == calendar.firstDay
    case (.month, .quarter), (.month, .year), (.month, .fiscalQuarter), (.month, .fiscalYear): true
    default: false
    }
  }
}
