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
  /// longer and 7 days where there are several a day, and never less than the grace.
  public var retentionMillis: Int64?
  public var disorderMillis: Int64
  public var futureSkewMillis: Int64
  public var duplicateHorizonMillis: Int64
  public var rowRetentionMillis: Int64
  public var maximumDimensionValues: Int
  public var surveys: SurveySettings
  /// The fiscal year of whole weeks; nil is 4-4-5 from the weekday and the month of weeks and fiscal years.
  public var retail: RetailCalendar?
  public var workCalendar = WorkCalendar(weekend: [6, 7], holidays: [])
  /// What holds for metrics that do not say it themselves.
  public var emission = EmissionPolicy.change
  public var late = LatePolicy.deadLetter

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
    case "retail_period": .retail(retailCalendar, .period)
    case "retail_quarter": .retail(retailCalendar, .quarter)
    case "retail_year": .retail(retailCalendar, .year)
    case "working_day": .workingDay(workCalendar)
    case "all": .all
    default: nil
    }
  }

  /// The fiscal year of whole weeks that applies.
  var retailCalendar: RetailCalendar {
    retail
      ?? RetailCalendar(
        pattern: .fourFourFive, firstMonth: fiscalFirstMonth, firstDay: weekFirstDay, alignment: .nearest)
  }

  /// A window with the life cycle that these options give to its kind.
  func window(named name: String, kind: WindowKind) -> WindowDefinition {
    WindowDefinition(
      name: name, kind: kind, graceMillis: graceMillis,
      retentionMillis: retentionMillis ?? Self.defaultRetentionMillis(of: kind, graceMillis: graceMillis))
  }

  /// Frequent windows are many, so they are not kept for years unless that is asked for.
  static func defaultRetentionMillis(of kind: WindowKind, graceMillis: Int64) -> Int64 {
    max(graceMillis, (isFrequent(kind) ? 7 : 1100) * Millis.day)
  }

  /// Whether there can be more than one window of the kind in a day.
  private static func isFrequent(_ kind: WindowKind) -> Bool {
    switch kind {
    case .tumbling(let sizeMillis, _), .session(let sizeMillis): sizeMillis < Millis.day
    case .hopping(_, let slideMillis, _): slideMillis < Millis.day
    case .cumulative(_, let step): isFrequent(step)
    case .hour: true
    case .day, .week, .month, .quarter, .year, .fiscalQuarter, .fiscalYear, .retail, .workingDay, .dayBlock,
      .monthBlock, .rolling, .all:
      false
    }
  }
}
