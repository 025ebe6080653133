import Core

/// Decides for which scopes and windows a metric can have a value.
struct MetricPlanner {
  private let dimensionsByEntity: [String: Set<String>]
  /// Dimensions that tell people apart, whatever they are called.
  private let personalDimensions: Set<String>
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
    personalDimensions = Set(
      dimensions.filter { dimension in dimension.fields.values.contains { Self.personalFields.contains($0) } }
        .map(\.name))
    self.scopes = scopes
    self.windows = windows
    self.measures = Dictionary(measures.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The metric with its scopes and windows; nil when there is none that it could be published for.
  ///
  /// Without scopes of its own it is published for all scopes that every measure has the dimensions of,
  /// without windows of its own for all windows that it can have. A level is published for the window `all`
  /// only, which never closes, so it does not wait for that.
  func placed(_ metric: MetricDefinition) -> MetricDefinition? {
    var result = metric
    result.scopes = scopes.filter { scope in
      (metric.scopes.isEmpty || metric.scopes.contains(scope.name)) && missing(in: scope, for: metric) == nil
        && !(metric.isSuppressedBelowMinimum && metric.scopes.isEmpty && personalDimension(in: scope) != nil)
    }.map(\.name)
    if metric.formula.isLevel {
      result.windows = [Self.levelWindowName]
      if result.emission == .close { result.emission = .change }
    } else {
      result.windows = windows.filter { window in
        (metric.windows.isEmpty || metric.windows.contains(window.name))
          && obstacle(in: window, for: metric) == nil
      }.map(\.name)
    }
    return result.scopes.isEmpty || result.windows.isEmpty ? nil : result
  }

  private static let personalFields: Set = ["ownerId", "repId", "respondent", "actorId"]

  /// A dimension of the scope by which people are told apart; nil when there is none.
  func personalDimension(in scope: ScopeDefinition) -> String? {
    scope.dimensions.first { personalDimensions.contains($0) }
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

  /// Why a metric that is no level cannot be published for a window, and what to do; nil when it can.
  func obstacle(
    in window: WindowDefinition, for metric: MetricDefinition
  ) -> (message: String, advice: String)? {
    switch window.kind {
    case .all where metric.hasPrior:
      return ("all of time has no window before it, as prior() needs", "leave all out")
    case .all where metric.emission == .close:
      return (
        "all of time never closes, and emit: close waits for that", "leave all out, or write emit: change"
      )
    case .session where metric.hasPrior:
      return ("a session has no window before it, as prior() needs", "leave \(window.name) out")
    case .session where !hasOneKindOfEvent(metric):
      return (
        "the measures of \"\(metric.name)\" differ in entity, time, attribution or money, and a session "
          + "follows one kind of event",
        "leave \(window.name) out, or make a metric of measures that agree"
      )
    default:
      return nil
    }
  }

  /// Why a metric can be published for none of the windows; nil when it can for one.
  func obstacleEverywhere(for metric: MetricDefinition) -> String? {
    guard !metric.formula.isLevel else { return nil }
    let obstacles = windows.compactMap { obstacle(in: $0, for: metric) }
    return obstacles.count == windows.count ? obstacles.first?.message : nil
  }

  /// Whether the same events set the time of all its measures.
  private func hasOneKindOfEvent(_ metric: MetricDefinition) -> Bool {
    let used = metric.measureNames.compactMap { measures[$0] }
    guard let first = used.first, !first.time.isEmpty else { return false }
    return used.allSatisfy {
      $0.entity == first.entity && $0.time == first.time && $0.attribution == first.attribution
        && $0.isMoney == first.isMoney
    }
  }
}

extension MetricDefinition {
  /// Whether its formula or its sample looks at the window before.
  var hasPrior: Bool { formula.hasPrior || (sample?.hasPrior ?? false) }
}
