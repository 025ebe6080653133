@testable import Core

/// A small sales catalogue written by hand.
enum SampleCatalogue {
  static let minute: Int64 = 60_000
  static let hour: Int64 = 3_600_000
  static let day: Int64 = 86_400_000
  /// Longer than any sample runs.
  static let forever: Int64 = 4_000 * 86_400_000

  /// What a test may want otherwise.
  struct Options {
    var zone = Zone.utc
    var graceMillis: Int64 = 30 * SampleCatalogue.minute
    var retentionMillis = SampleCatalogue.forever
    var disorderMillis: Int64 = 0
    var duplicateHorizonMillis = SampleCatalogue.forever
    var rowRetentionMillis = SampleCatalogue.forever
    var windows = ["minute", "quarter_hour", "day", "month", "all"]
    var scopes = ["rep", "team", "region", "company", "rep_kind", "team_source"]
    /// Names of measures and metrics to keep; nil keeps all.
    var metrics: Set<String>?
  }

  static func compiled(_ options: Options = Options()) throws -> Catalogue {
    try Catalogue(definition(options))
  }

  static func definition(_ options: Options = Options()) -> CatalogueDefinition {
    let kinds: [String: WindowKind] = [
      "minute": .tumbling(sizeMillis: minute, offsetMillis: 0),
      "quarter_hour": .tumbling(sizeMillis: 15 * minute, offsetMillis: 0), "hour": .hour, "day": .day,
      "month": .month, "all": .all,
    ]
    return CatalogueDefinition(
      zone: options.zone, entities: entities, dimensions: dimensions,
      scopes: scopes.filter { options.scopes.contains($0.name) },
      windows: options.windows.map { name in
        WindowDefinition(
          name: name, kind: kinds[name] ?? .all, graceMillis: name == "all" ? 0 : options.graceMillis,
          retentionMillis: name == "all" ? 0 : options.retentionMillis)
      },
      measures: measures,
      metrics: metrics(options).filter { options.metrics?.contains($0.name) ?? true },
      disorderMillis: options.disorderMillis, futureSkewMillis: hour,
      duplicateHorizonMillis: options.duplicateHorizonMillis, rowRetentionMillis: options.rowRetentionMillis,
      maximumDimensionValues: 10_000)
  }

  private static func fields(_ type: FieldType, _ names: String...) -> [FieldDefinition] {
    names.map { FieldDefinition($0, type) }
  }

  private static let entities: [EntityDefinition] = [
    EntityDefinition(
      name: "activity", keying: .optional,
      fields: fields(.string, "kind", "ownerId", "teamId", "regionId", "status", "opportunityId")
        + fields(.decimal, "minutes", "score", "scaleMin", "scaleMax") + fields(.time, "startAt"),
      requiredFields: ["kind"],
      checks: [
        RangeCheckDefinition(
          field: "score", lowest: Decimal6(0), highest: Decimal6(10), lowestField: "scaleMin",
          highestField: "scaleMax", filter: [PredicateDefinition("kind", .oneOf(["survey"]))])
      ]),
    EntityDefinition(
      name: "opportunity", keying: .required,
      fields: fields(
        .string, "ownerId", "teamId", "regionId", "stage", "status", "currency", "accountId", "source")
        + fields(.decimal, "amount") + fields(.time, "createdAt", "closedAt")),
    EntityDefinition(
      name: "cost", keying: .never,
      fields: fields(.string, "regionId", "currency") + fields(.decimal, "amount"), requiredFields: ["amount"]
    ),
    EntityDefinition(
      name: "stage_stay", keying: .required, derivation: .stageStays,
      fields: fields(.string, "stage", "ownerId", "teamId", "regionId")
        + fields(.time, "enteredAt", "exitedAt")
        + fields(.boolean, "converted")),
    EntityDefinition(
      name: "first_win", keying: .required, derivation: .firstWins,
      fields: fields(.string, "accountId", "ownerId", "teamId", "regionId") + fields(.time, "closedAt")),
    EntityDefinition(
      name: "deal_contact", keying: .required, derivation: .wonContacts,
      fields: fields(.string, "ownerId", "teamId", "regionId") + fields(.time, "closedAt", "firstContactAt")
        + fields(.decimal, "activities")),
  ]

  private static func ownership(_ name: String, _ field: String, _ names: [String]) -> DimensionDefinition {
    DimensionDefinition(
      name: name, fields: Dictionary(uniqueKeysWithValues: names.map { ($0, field) }), isOwnership: true)
  }

  private static let dimensions: [DimensionDefinition] = [
    ownership("rep", "ownerId", ["activity", "opportunity", "stage_stay", "first_win", "deal_contact"]),
    ownership("team", "teamId", ["activity", "opportunity", "stage_stay", "first_win", "deal_contact"]),
    ownership(
      "region", "regionId", ["activity", "opportunity", "cost", "stage_stay", "first_win", "deal_contact"]),
    DimensionDefinition(name: "kind", fields: ["activity": "kind"]),
    DimensionDefinition(name: "source", fields: ["opportunity": "source"]),
    DimensionDefinition(name: "stage", fields: ["stage_stay": "stage"]),
  ]

  private static let scopes: [ScopeDefinition] = [
    ScopeDefinition(name: "company", dimensions: []),
    ScopeDefinition(name: "region", dimensions: ["region"], parent: "company"),
    ScopeDefinition(name: "team", dimensions: ["team"], parent: "region"),
    ScopeDefinition(name: "rep", dimensions: ["rep"], parent: "team"),
    ScopeDefinition(name: "rep_kind", dimensions: ["rep", "kind"]),
    ScopeDefinition(name: "team_source", dimensions: ["team", "source"]),
    ScopeDefinition(name: "stage", dimensions: ["stage"]),
  ]
}
