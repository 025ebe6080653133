@testable import Core

/// A random catalogue: some kinds of windows in some zones, with one policy for late events and one for emission.
struct LawPlan: CustomStringConvertible {
  let seed: UInt64
  var kinds: [LawKind]
  var zone: NaiveZone
  /// The zone of the metric `minutes`; nil is that of the catalogue.
  var metricZone: NaiveZone?
  /// By region, for the scope of regions.
  var regionZones: [NaiveZone?]
  var graceMillis: Int64
  var late: LatePolicy
  var emission: EmissionPolicy
  let partitions: Int

  var retentionMillis = Self.forever

  static let forever = 4_000 * NaiveZone.day
  static let streams = ["calls", "minutes", "reps", "longest"]
  static let tables = ["won", "revenue"]

  var description: String {
    "seed \(seed): \(kinds) in \(zone), \(late), \(emission), grace \(graceMillis) ms"
  }

  init(seed: UInt64) {
    var random = SplitMix(state: seed)
    self.seed = seed
    late = LatePolicy.allCases.randomElement(using: &random) ?? .deadLetter
    zone = NaiveZone.allCases.randomElement(using: &random) ?? .utc
    metricZone = Bool.random(using: &random) ? NaiveZone.allCases.randomElement(using: &random) : nil
    let hasRegionZones = Int.random(in: 0..<3, using: &random) == 0
    regionZones = hasRegionZones ? [.kualaLumpur, .summer] : [nil, nil]
    graceMillis = [0, 60_000, NaiveZone.hour, NaiveZone.day].randomElement(using: &random) ?? 0
    let policies: [EmissionPolicy] = [.change, .change, .close, .interval(millis: NaiveZone.hour)]
    emission = policies.randomElement(using: &random) ?? .change
    partitions = Int.random(in: 1...3, using: &random)
    // What overlapping windows do with events that move to the present depends on one another; it has scripts.
    let mayOverlap = late != .next
    let count = hasRegionZones ? 3 : 6
    kinds = (0..<count).map { _ in LawKind.random(&random, mayOverlap: mayOverlap) } + [.all]
  }

  func name(_ number: Int) -> String { kinds[number].isAll ? "all" : "w\(number)" }

  func zone(ofMetric metric: String, region: Int?) -> NaiveZone {
    if metric == "minutes", let metricZone { return metricZone }
    return region.flatMap { regionZones[$0] } ?? zone
  }

  func catalogue() throws -> Catalogue {
    var options = SampleCatalogue.Options()
    options.zone = try zone.core()
    options.windows = kinds.indices.map(name)
    options.scopes = ["rep", "region", "company"]
    options.metrics = Set(Self.streams + Self.tables)
    options.duplicateHorizonMillis = 0
    var definition = SampleCatalogue.definition(options)
    definition.windows = kinds.enumerated().map { number, kind in
      WindowDefinition(
        name: name(number), kind: kind.core, graceMillis: kind.isAll ? 0 : graceMillis,
        retentionMillis: kind.isAll ? 0 : retentionMillis)
    }
    for place in definition.metrics.indices {
      definition.metrics[place].late = late
      definition.metrics[place].emission = emission
    }
    if let metricZone, let place = definition.metrics.firstIndex(where: { $0.name == "minutes" }) {
      definition.metrics[place].zone = try metricZone.core()
    }
    let zones = try regionZones.enumerated().compactMap { number, zone in
      try zone.map { ("region-\(number)", try $0.core()) }
    }
    if !zones.isEmpty {
      definition.scopeZones = ScopeZones(
        dimension: "region", scopes: ["region"], zones: Dictionary(uniqueKeysWithValues: zones))
    }
    return try Catalogue(definition)
  }
}
