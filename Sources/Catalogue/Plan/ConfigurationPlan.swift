import Core

/// What taking another configuration does: to settings, to metrics, and to the state behind them.
public struct ConfigurationPlan: Sendable, Equatable {
  public let settings: [SettingChange]
  /// In the order of the new configuration, then those that are removed.
  public let metrics: [MetricChange]

  /// Compares two configurations.
  ///
  /// - Throws: `CatalogueFault` when one of the catalogues does not fit together.
  public init(from old: Configuration, to new: Configuration) throws(CatalogueFault) {
    let catalogue = try Catalogue(old.catalogue)
    var places: [String: [Catalogue.KeptPlace]] = [:]
    for (index, metric) in catalogue.metrics.enumerated() {
      places[metric.name, default: []] += catalogue.keptPlaces(ofMetric: index)
    }
    settings = Self.settings(from: old, to: new)
    metrics = try Self.metrics(
      kept: catalogue.keptIdentities, places: places, definitions: old.catalogue.metrics, to: new)
  }

  /// Compares a state with a configuration: which numbers find what they need in it.
  ///
  /// - Parameter kept: the identities of what the state keeps.
  /// - Throws: `CatalogueFault` when the catalogue does not fit together.
  public init(kept: Set<UInt64>, to new: Configuration) throws(CatalogueFault) {
    settings = []
    metrics = try Self.metrics(kept: kept, places: nil, definitions: new.catalogue.metrics, to: new)
  }

  /// Whether a running daemon can take the new configuration.
  public var isReloadable: Bool { settings.allSatisfy(\.isReloadable) }

  /// How many metrics are added, changed, removed and unchanged, in one line.
  public var summary: String {
    MetricChange.Kind.allCases.map { kind in
      "\(metrics.count { $0.kind == kind }) \(kind.rawValue)"
    }.joined(separator: ", ")
  }

  /// A line for each change, and a last one with the counts.
  public var lines: [String] {
    settings.map(\.text) + metrics.filter { $0.kind != .unchanged }.map(\.text) + ["metrics: \(summary)"]
  }

  // MARK: - Metrics

  private static func metrics(
    kept: Set<UInt64>, places: [String: [Catalogue.KeptPlace]]?, definitions: [MetricDefinition],
    to new: Configuration
  ) throws(CatalogueFault) -> [MetricChange] {
    let catalogue = try Catalogue(new.catalogue)
    var changes: [MetricChange] = []
    var names: [String] = []
    var presentPlaces: [String: [Catalogue.KeptPlace]] = [:]
    // A metric has a part of its own for its sessions.
    for (index, metric) in catalogue.metrics.enumerated() {
      if presentPlaces[metric.name] == nil { names.append(metric.name) }
      presentPlaces[metric.name, default: []] += catalogue.keptPlaces(ofMetric: index)
    }
    for name in names {
      let now = presentPlaces[name] ?? []
      let before = places.map { $0[name] ?? [] }
      let continuing = now.filter { $0.identities.isSubset(of: kept) }
      let beginning = now.filter { !$0.identities.isSubset(of: kept) }
      let ending = (before ?? []).filter { old in
        !now.contains { $0.window == old.window && $0.scope == old.scope }
      }
      let old = definitions.first { $0.name == name }
      let differences = differences(old, new.catalogue.metrics.first { $0.name == name })
      let isKnown = before.map { !$0.isEmpty } ?? !continuing.isEmpty
      let isSame =
        differences.isEmpty && beginning.isEmpty && ending.isEmpty && now.count == before?.count ?? now.count
      changes.append(
        MetricChange(
          metric: name, kind: !isKnown ? .added : isSame ? .unchanged : .changed,
          differences: differences, continuing: continuing.map(\.label), beginning: beginning.map(\.label),
          ending: ending.map(\.label)))
    }
    for metric in definitions where !catalogue.metrics.contains(where: { $0.name == metric.name }) {
      let ending = places?[metric.name]?.map(\.label) ?? []
      changes.append(MetricChange(metric: metric.name, kind: .removed, ending: ending))
    }
    return changes
  }

  /// The parts of a metric's definition that differ; which windows and scopes are compared by what they keep.
  private static func differences(_ old: MetricDefinition?, _ new: MetricDefinition?) -> [String] {
    guard let old, let new else { return [] }
    var found: [String] = []
    if old.formula != new.formula { found.append("formula") }
    if old.text != new.text { found.append("text") }
    if old.unit != new.unit { found.append("unit") }
    if old.direction != new.direction { found.append("direction") }
    if old.sample != new.sample { found.append("sample") }
    if old.minimumSample != new.minimumSample
      || old.isSuppressedBelowMinimum != new.isSuppressedBelowMinimum
    {
      found.append("minimum sample")
    }
    if old.zone != new.zone { found.append("zone") }
    if old.emission != new.emission { found.append("emit") }
    if old.late != new.late { found.append("late") }
    if old.hasZeroRows != new.hasZeroRows { found.append("zero") }
    return found
  }
}

extension Catalogue.KeptPlace {
  fileprivate var label: String { "\(window)/\(scope)" }
}
