import Core

/// Reads the section `catalogue` and adds it to the built-in catalogue.
///
/// The order matters: each part may name things of the parts before it, and a part that is wrong keeps its
/// default, so that one mistake is not reported twice.
struct CatalogueReader {
  var options: CatalogueOptions
  let sink: DiagnosticSink
  let zoneBytes: (String) -> [UInt8]?
  var entities: [EntityDefinition] = []
  var dimensions: [DimensionDefinition] = BuiltInCatalogue.dimensions
  var scopes: [ScopeDefinition] = BuiltInCatalogue.scopes
  var windows: [WindowDefinition] = []
  var measures: [MeasureDefinition] = []
  /// Configured measures that could not be read; what uses them is not reported as well.
  var faultyMeasures: Set<String> = []
  /// All metrics that are built in or configured, also those that could not be read.
  var metricNames = Set(BuiltInCatalogue.metricNames)
  var metrics: [MetricDefinition] = []

  init(options: CatalogueOptions, sink: DiagnosticSink, zoneBytes: @escaping (String) -> [UInt8]?) {
    self.options = options
    self.sink = sink
    self.zoneBytes = zoneBytes
  }

  static let keys = [
    "zone", "week_starts", "fiscal_year_starts", "retail", "working_days", "grace", "retention", "disorder",
    "future_skew", "duplicate_horizon", "row_retention", "surveys", "windows", "scopes", "entities",
    "dimensions", "zones", "roster", "tombstones", "emit", "late", "built_in", "measures", "metrics",
  ]

  mutating func read(_ node: ConfigurationNode?) -> CatalogueDefinition {
    let members = node?.members(Self.keys) ?? [:]
    readCalendar(members)
    readTimes(members)
    if let surveys = members["surveys"] { readSurveys(surveys) }
    entities = BuiltInCatalogue.entities(surveys: options.surveys)
    if let node = members["entities"] { readEntities(node) }
    if let node = members["dimensions"] { readDimensions(node) }
    if let node = members["scopes"] { readScopes(node) }
    readWindows(members["windows"])
    let zonesByValue = members["zones"].flatMap { scopeZones($0) }
    let zeroRoster = members["roster"].flatMap { roster($0) }
    if let emission = members["emit"].flatMap({ emission($0) }) { options.emission = emission }
    if let late = members["late"].flatMap({ late($0) }) { options.late = late }
    let builtIn = builtInMetrics(members["built_in"])
    measures = BuiltInCatalogue.measures(surveys: options.surveys)
    if let node = members["measures"] { readMeasures(node, builtIn: builtIn) }
    placeBuiltIn(builtIn, listed: members["built_in"])
    if let node = members["metrics"] { readMetrics(node, builtIn: builtIn) }
    // After an error the metrics may be incomplete, and the warning wrong.
    if let node = members["measures"], !sink.hasErrors { checkUse(ofMeasures: node) }
    if metrics.isEmpty, !sink.hasErrors {
      (node ?? members["built_in"])?.error(
        "no metric is left to publish", "add metrics, or leave out built_in")
    }
    var definition = CatalogueDefinition(
      zone: options.zone, entities: entities, dimensions: dimensions, scopes: scopes, windows: windows,
      measures: measures, metrics: metrics, disorderMillis: options.disorderMillis,
      futureSkewMillis: options.futureSkewMillis, duplicateHorizonMillis: options.duplicateHorizonMillis,
      rowRetentionMillis: options.rowRetentionMillis, maximumDimensionValues: options.maximumDimensionValues)
    definition.scopeZones = zonesByValue
    definition.roster = zeroRoster
    definition.hasTombstones = members["tombstones"]?.boolean() ?? false
    return definition
  }

  var planner: MetricPlanner {
    MetricPlanner(
      entities: entities, dimensions: dimensions, scopes: scopes, windows: windows, measures: measures)
  }

  // MARK: - Times

  private mutating func readTimes(_ members: [String: ConfigurationNode]) {
    if let millis = members["grace"]?.durationMillis() { options.graceMillis = millis }
    if let node = members["retention"], let millis = node.durationMillis() {
      options.retentionMillis = millis
      if millis < options.graceMillis {
        node.error(
          "the retention is shorter than the grace of \(DurationText.text(options.graceMillis))",
          "write at least \(DurationText.text(options.graceMillis))")
        options.retentionMillis = nil
      }
    }
    if let millis = members["disorder"]?.durationMillis() { options.disorderMillis = millis }
    if let millis = members["future_skew"]?.durationMillis() { options.futureSkewMillis = millis }
    if let millis = members["duplicate_horizon"]?.durationMillis() { options.duplicateHorizonMillis = millis }
    if let millis = members["row_retention"]?.durationMillis() { options.rowRetentionMillis = millis }
  }

  private mutating func readSurveys(_ node: ConfigurationNode) {
    guard let members = node.members(["enps_scale", "promoter_from", "detractor_to", "minimum_responses"])
    else {
      return
    }
    var surveys = options.surveys
    if let scale = members["enps_scale"] {
      let bounds = (scale.items() ?? []).map { $0.decimal() }
      if bounds.count == 2, let lowest = bounds[0], let highest = bounds[1], lowest < highest {
        (surveys.lowestScore, surveys.highestScore) = (lowest, highest)
      } else if !bounds.contains(where: { $0 == nil }) {
        scale.error("a scale is its least and greatest score", "write [0, 10] or [1, 10]")
      }
    }
    if let value = members["promoter_from"]?.decimal() { surveys.promoterFrom = value }
    if let value = members["detractor_to"]?.decimal() { surveys.detractorTo = value }
    if let value = members["minimum_responses"]?.integer(in: 1...1_000_000) {
      surveys.minimumResponses = value
    }
    for (key, value) in [("promoter_from", surveys.promoterFrom), ("detractor_to", surveys.detractorTo)]
    where value < surveys.lowestScore || value > surveys.highestScore {
      (members[key] ?? members["enps_scale"] ?? node).error(
        "\(key) \(value) is outside the scale",
        "write from \(surveys.lowestScore) to \(surveys.highestScore)")
    }
    if surveys.detractorTo >= surveys.promoterFrom {
      (members["detractor_to"] ?? members["promoter_from"] ?? node).error(
        "detractor_to \(surveys.detractorTo) is not below promoter_from \(surveys.promoterFrom)",
        "write less than \(surveys.promoterFrom)")
    }
    options.surveys = surveys
  }
}
