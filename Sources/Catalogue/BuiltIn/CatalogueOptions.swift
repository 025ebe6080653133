import Core

/// What the built-in catalogue can be told: calendar, life cycle of windows, time limits, surveys.
public struct CatalogueOptions: Sendable {
  public var zone: Zone
  /// The ISO weekday on which weeks begin: 1 is Monday, 7 is Sunday.
  public var weekFirstDay: Int
  /// The month with which the fiscal year begins, 1 to 12.
  public var fiscalFirstMonth: Int
  /// How long past its end a window accepts stream events, in milliseconds.
  public var graceMillis: Int64
  /// How long past its end a window is kept, in milliseconds; nil is 1100 days for windows of a day or
  /// longer and 7 days for shorter ones, and never less than the grace.
  public var retentionMillis: Int64?
  public var disorderMillis: Int64
  public var futureSkewMillis: Int64
  public var duplicateHorizonMillis: Int64
  public var rowRetentionMillis: Int64
  public var maximumDimensionValues: Int
  public var surveys: SurveySettings

  public init(
    zone: Zone = .utc, weekFirstDay: Int = 1, fiscalFirstMonth: Int = 1,
    graceMillis: Int64 = 24 * Millis.hour,
    retentionMillis: Int64? = nil, disorderMillis: Int64 = 10 * Millis.second,
    futureSkewMillis: Int64 = 5 * Millis.minute, duplicateHorizonMillis: Int64 = Millis.hour,
    rowRetentionMillis: Int64 = 1100 * Millis.day, maximumDimensionValues: Int = 1_000_000,
    surveys: SurveySettings = SurveySettings()
  ) {
    self.zone = zone
    self.weekFirstDay = weekFirstDay
    self.fiscalFirstMonth = fiscalFirstMonth
    self.graceMillis = graceMillis
    self.retentionMillis = retentionMillis
    self.disorderMillis = disorderMillis
    self.futureSkewMillis = futureSkewMillis
    self.duplicateHorizonMillis = duplicateHorizonMillis
    self.rowRetentionMillis = rowRetentionMillis
    self.maximumDimensionValues = maximumDimensionValues
    self.surveys = surveys
  }

  /// The kind of a calendar window by its name, such as `fiscal_quarter`; nil when there is none of that
  /// name.
  func calendarKind(named name: String) -> WindowKind? {
    switch name {
    case "hour": .hour
    case "day": .day
    case "week": .week(firstDay: weekFirstDay)
    case "month": .month
    case "quarter": .quarter
    case "year": .year
    case "fiscal_quarter": .fiscalQuarter(firstMonth: fiscalFirstMonth)
    case "fiscal_year": .fiscalYear(firstMonth: fiscalFirstMonth)
    case "all": .all
    default: nil
    }
  }

  /// A window with the life cycle that these options give to its kind.
  func window(named name: String, kind: WindowKind) -> WindowDefinition {
    WindowDefinition(
      name: name, kind: kind, graceMillis: graceMillis,
      retentionMillis: retentionMillis ?? Self.defaultRetentionMillis(of: kind, graceMillis: graceMillis))
  }

  /// Short windows are many, so they are not kept for years unless that is asked for.
  static func defaultRetentionMillis(of kind: WindowKind, graceMillis: Int64) -> Int64 {
    let isShort =
      switch kind {
      case .tumbling(let sizeMillis, _): sizeMillis < Millis.day
      case .hour: true
      case .day, .week, .month, .quarter, .year, .fiscalQuarter, .fiscalYear, .all: false
      }
    return max(graceMillis, (isShort ? 7 : 1100) * Millis.day)
  }
}
