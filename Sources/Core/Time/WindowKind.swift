/// How event time is cut into windows that tile it: no gap, no overlap.
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
  /// One window that is all of time.
  case all

  /// The longest tumbling window, in milliseconds: more than 31,000 years.
  public static let sizeMillisMax: Int64 = 1_000_000_000_000_000

  /// Whether the parameters are in range: sizes from 1 to `sizeMillisMax`, days from 1 to 7, months from 1
  /// to 12.
  public var isValid: Bool {
    switch self {
    case .tumbling(let sizeMillis, _): (1...Self.sizeMillisMax).contains(sizeMillis)
    case .week(let firstDay): (1...7).contains(firstDay)
    case .fiscalQuarter(let firstMonth), .fiscalYear(let firstMonth): (1...12).contains(firstMonth)
    case .hour, .day, .month, .quarter, .year, .all: true
    }
  }
}
