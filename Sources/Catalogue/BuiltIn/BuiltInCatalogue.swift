import Core

/// The sales catalogue that applies with no configuration, in pieces that a configuration adds to.
public enum BuiltInCatalogue {
  /// The names of calendar windows, in the order in which they are published.
  public static let calendarWindowNames = [
    "hour", "day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year",
    "retail_period", "retail_quarter", "retail_year", "working_day", "all",
  ]

  /// The windows that apply when none are configured.
  public static let defaultWindowNames = [
    "day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year", "all",
  ]

  /// The whole catalogue: every built-in metric, scope and default window.
  public static func definition(_ options: CatalogueOptions = CatalogueOptions()) -> CatalogueDefinition {
    let entities = entities(surveys: options.surveys)
    let windows = defaultWindowNames.compactMap { name in
      options.calendarKind(named: name).map { options.window(named: name, kind: $0) }
    }
    let measures = measures(surveys: options.surveys)
    let planner = MetricPlanner(
      entities: entities, dimensions: dimensions, scopes: scopes, windows: windows, measures: measures)
    return CatalogueDefinition(
      zone: options.zone, entities: entities, dimensions: dimensions, scopes: scopes, windows: windows,
      measures: measures, metrics: metrics(options).compactMap(planner.placed),
      disorderMillis: options.disorderMillis, futureSkewMillis: options.futureSkewMillis,
      duplicateHorizonMillis: options.duplicateHorizonMillis, rowRetentionMillis: options.rowRetentionMillis,
      maximumDimensionValues: options.maximumDimensionValues)
  }
}
