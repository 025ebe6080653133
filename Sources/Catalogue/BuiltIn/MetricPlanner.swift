import Core

/// Decides for which scopes and windows a metric can have a value.
struct MetricPlanner {
  private let dimensionsByEntity: [String: Set<String>]
  private let scopes: [ScopeDefinition]
  private let windows: [WindowDefinition]
  private let measures: [String: MeasureDefinition]

  init(
    entities: [EntityDefinition], dimensions: [DimensionDefinition], scopes: [ScopeDefinition],
    windows: [WindowDefinition], measures: [MeasureDefinition]
  ) {
    var byEntity: [String: Set<String>] = [:]
    for entity in entities {
      byEntity[entity.name] = Set(dimensions.filter { $0.fields[entity.name] != nil }.map(\.name))
    }
    dimensionsByEntity = byEntity
    self.scopes = scopes
    self.windows = windows
    self.measures = Dictionary(measures.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The metric with its scopes and windows; nil when there is none that it could be published for.
  ///
  /// Without scopes of its own it is published for all scopes that every measure has the dimensions of,
  /// without windows of its own for all windows. A level is published for the window `all` only, and a
  /// formula that looks at the window before is not published for `all`, which has none before it.
  func placed(_ metric: MetricDefinition) -> MetricDefinition? {
    var result = metric
    result.scopes = scopes.filter { scope in
      (metric.scopes.isEmpty || metric.scopes.contains(scope.name)) && missing(in: scope, for: metric) == nil
        && !(metric.isSuppressedBelowMinimum && metric.scopes.isEmpty && scope.dimensions.contains("rep"))
    }.map(\.name)
    if metric.formula.isLevel {
      result.windows = [Self.levelWindowName]
    } else {
      let hasPrior = metric.formula.hasPrior
      result.windows = windows.filter { window in
        (metric.windows.isEmpty || metric.windows.contains(window.name)) && !(hasPrior && window.kind == .all)
      }.map(\.name)
    }
    return result.scopes.isEmpty || result.windows.isEmpty ? nil : result
  }

  /// The window that levels are published for.
  static let levelWindowName = "all"

  /// An entity that the metric reads and a dimension of the scope that it lacks; nil when none is missing.
  func missing(in scope: ScopeDefinition, for metric: MetricDefinition) -> (
    entity: String, dimension: String
  )? {
    for name in metric.measureNames {
      guard let measure = measures[name], let known = dimensionsByEntity[measure.entity] else { continue }
      if let dimension = scope.dimensions.first(where: { !known.contains($0) }) {
        return (measure.entity, dimension)
      }
    }
    return nil
  }
}
