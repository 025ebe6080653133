import Core
import Foundation

/// A small catalogue whose fields are all used.
enum TestCatalogue {
  static func make(
    metrics: [MetricDefinition] = defaultMetrics, zone: String = "Asia/Kuala_Lumpur"
  ) throws -> Catalogue {
    let path = URL(fileURLWithPath: "/usr/share/zoneinfo/\(zone)")
    let scopes = [
      ScopeDefinition(name: "rep", dimensions: ["rep"], parent: "team"),
      ScopeDefinition(name: "team", dimensions: ["team"], parent: "company"),
      ScopeDefinition(name: "company", dimensions: []),
      ScopeDefinition(name: "rep_kind", dimensions: ["rep", "kind"], parent: "rep"),
    ]
    let fields = ["activity": "ownerId", "opportunity": "ownerId", "survey_response": "ownerId"]
    return try Catalogue(
      CatalogueDefinition(
        zone: try Zone(name: zone, tzif: [UInt8](Data(contentsOf: path))), entities: entities,
        dimensions: [
          DimensionDefinition(name: "rep", fields: fields, isOwnership: true),
          DimensionDefinition(name: "team", fields: fields.mapValues { _ in "teamId" }, isOwnership: true),
          DimensionDefinition(name: "kind", fields: ["activity": "kind", "opportunity": "kind"]),
        ], scopes: scopes,
        windows: [
          WindowDefinition(name: "day", kind: .day, graceMillis: 0, retentionMillis: 0),
          WindowDefinition(name: "quarter", kind: .quarter, graceMillis: 0, retentionMillis: 0),
          WindowDefinition(name: "all", kind: .all, graceMillis: 0, retentionMillis: 0),
        ],
        measures: [
          MeasureDefinition(name: "calls", entity: "activity", aggregate: .count, time: [.first]),
          MeasureDefinition(
            name: "spent", entity: "activity", aggregate: .sum, value: .field("amount"), time: [.first],
            isMoney: true),
          MeasureDefinition(
            name: "lengths", entity: "activity", aggregate: .quantile, value: .field("durationSec"),
            time: [.first]),
          MeasureDefinition(
            name: "people", entity: "activity", aggregate: .distinct, value: .field("ownerId"),
            time: [.first]),
        ], metrics: metrics, disorderMillis: 0, futureSkewMillis: 0, duplicateHorizonMillis: 0,
        rowRetentionMillis: 0, maximumDimensionValues: 100))
  }

  static let defaultMetrics = [
    metric("calls", .count, .measure("calls")), metric("revenue", .money, .measure("spent")),
    metric("per_day", .moneyPerDay, .divide(.measure("spent"), .measure("calls"))),
    metric("value_rate", .ratio, .divide(.measure("spent"), .measure("spent"))),
    metric("win_rate", .ratio, .divide(.measure("calls"), .add(.measure("calls"), .measure("calls")))),
    metric(
      "per_minute", .number,
      .divide(.divide(.measure("calls"), .constant(Decimal6(60))), .measure("calls"))),
    metric("half", .number, .divide(.measure("calls"), .constant(Decimal6(2)))),
    metric("median", .number, .divide(.quantile("lengths", permille: 500), .constant(Decimal6(60)))),
    metric("calls_each", .number, .divide(.measure("calls"), .measure("people"))),
    metric("more", .number, .divide(.add(.measure("calls"), .constant(Decimal6(1))), .measure("calls"))),
    metric("square", .number, .divide(.multiply(.measure("calls"), .measure("calls")), .measure("calls"))),
  ]

  private static func metric(_ name: String, _ unit: Core.Unit, _ formula: FormulaDefinition)
    -> MetricDefinition
  {
    MetricDefinition(
      name: name, text: "says \"\(name)\"\nper window", unit: unit, formula: formula,
      scopes: ["rep", "team", "company", "rep_kind"], windows: ["day", "quarter", "all"])
  }

  private static let entities = [
    entity(
      "activity", .optional,
      text: ["kind", "status", "outcome", "ownerId", "teamId", "regionId", "opportunityId", "currency"],
      decimals: ["amount", "durationSec"], times: ["startAt"], booleans: ["external"]),
    entity(
      "opportunity", .required, text: ["kind", "status", "ownerId", "teamId", "currency"],
      decimals: ["amount"],
      times: ["createdAt", "closedAt"], booleans: ["newCustomer"]),
    entity(
      "survey_response", .optional, text: ["ownerId", "teamId", "question"], decimals: ["score"], times: []),
  ]

  private static func entity(
    _ name: String, _ keying: EntityDefinition.Keying, text: [String], decimals: [String], times: [String],
    booleans: [String] = []
  ) -> EntityDefinition {
    let fields =
      text.map { FieldDefinition($0, .string) } + decimals.map { FieldDefinition($0, .decimal) }
      + times.map { FieldDefinition($0, .time) } + booleans.map { FieldDefinition($0, .boolean) }
    // Required fields count as used, so that the catalogue keeps them all.
    return EntityDefinition(name: name, keying: keying, fields: fields, requiredFields: fields.map(\.name))
  }
}
