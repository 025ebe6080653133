import Core

/// What the numbers are.
struct CatalogueDocument: Encodable {
  struct Metric: Encodable {
    var name: String
    var text: String
    var unit: String
    var direction: String
    var minimumSample: Int
    var isSuppressedBelowMinimum: Bool
    var scopes: [String]
    var windows: [String]
  }

  struct Scope: Encodable {
    var name: String
    var dimensions: [String]
    var parent: String?
  }

  struct Window: Encodable {
    var name: String
    var graceSeconds: Int64
    var retentionSeconds: Int64
  }

  struct Measure: Encodable {
    var name: String
    var entity: String
    var aggregate: String
    var isMoney: Bool
  }

  var zone: String
  var scopes: [Scope]
  var windows: [Window]
  var measures: [Measure]
  var metrics: [Metric]

  init(_ definition: CatalogueDefinition) {
    zone = definition.zone.name
    scopes = definition.scopes.map { Scope(name: $0.name, dimensions: $0.dimensions, parent: $0.parent) }
    windows = definition.windows.map {
      Window(
        name: $0.name, graceSeconds: $0.graceMillis / Millis.second,
        retentionSeconds: $0.retentionMillis / Millis.second)
    }
    measures = definition.measures.map {
      Measure(name: $0.name, entity: $0.entity, aggregate: $0.aggregate.rawValue, isMoney: $0.isMoney)
    }
    metrics = definition.metrics.map {
      Metric(
        name: $0.name, text: $0.text, unit: $0.unit.rawValue, direction: $0.direction.rawValue,
        minimumSample: $0.minimumSample, isSuppressedBelowMinimum: $0.isSuppressedBelowMinimum,
        scopes: $0.scopes, windows: $0.windows)
    }
  }
}
