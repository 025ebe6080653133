import Core

/// What a metric says of its zone, its publication, late events and zero rows; nil leaves what is.
struct MetricPolicies {
  var zone: Zone?
  var emission: EmissionPolicy?
  var late: LatePolicy?
  var hasZeroRows: Bool?

  func apply(to metric: inout MetricDefinition) {
    if let zone { metric.zone = zone }
    if let emission { metric.emission = emission }
    if let late { metric.late = late }
    if let hasZeroRows { metric.hasZeroRows = hasZeroRows }
  }
}
