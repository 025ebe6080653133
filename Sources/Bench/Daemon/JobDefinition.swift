/// What the engine is told to keep, as the sections `catalogue` and `mappings` of a configuration.
struct JobDefinition {
  let name: String
  /// Both sections as YAML.
  let sections: String
  /// What the published numbers must add up to; nil when only the books are compared.
  var check: OutputCheck?

  /// How flat events are read.
  static let flatMapping = """
    mappings:
      - name: flat
        event: { id: /id, entity: { const: activity }, occurredAt: { from: /time, as: time } }
        data:
          kind: /type
          ownerId: /rep
          teamId: /team
          regionId: /region
          amount: { from: /data/amount, as: decimal }
          outcome: /data/outcome
    """

  /// Two measures, count and sum, by rep and kind.
  static func repKind(
    name: String, windows: [String], grace: String = "1h", duplicateHorizon: String = "0s",
    check: OutputCheck? = nil
  ) -> JobDefinition {
    JobDefinition(
      name: name,
      sections: """
        catalogue:
          zone: UTC
          grace: \(grace)
          fiscal_year_starts: april
          duplicate_horizon: \(duplicateHorizon)
          built_in: none
          windows: [\(windows.joined(separator: ", "))]
          scopes: [{ name: rep_kind, dimensions: [rep, kind] }]
          measures:
            events: { entity: activity, count: true, time: occurredAt }
            won_amount: { entity: activity, sum: amount, where: { kind: deal.closed, outcome: won }, time: occurredAt }
          metrics:
            won_amount: { formula: won_amount, sample: events, unit: number, scopes: [rep_kind] }
        \(flatMapping)
        """, check: check)
  }

  private static let minute = "{ name: minute, size: 1m }"

  /// J1: events and the amount of won deals by rep, kind and minute.
  static let minutes = repKind(
    name: "J1", windows: [minute], check: OutputCheck(prefix: "won_amount|rep_kind|", window: "minute"))

  /// J1 that takes old events too.
  static let manyMinutes = repKind(name: "J1", windows: [minute], grace: "30d")

  /// J1, where an event whose id was seen within an hour is dropped.
  static let minutesOnce = repKind(
    name: "J1, duplicates dropped", windows: [minute], duplicateHorizon: "1h",
    check: OutputCheck(prefix: "won_amount|rep_kind|", window: "minute"))

  /// J2: four scopes, six windows, three metrics.
  static let hierarchy = JobDefinition(
    name: "J2",
    sections: """
      catalogue:
        zone: UTC
        grace: 1h
        duplicate_horizon: 0s
        built_in: none
        windows: [\(minute), hour, day, month, quarter, year]
        scopes: [rep, team, region, company]
        measures:
          events: { entity: activity, count: true, time: occurredAt }
          won_amount: { entity: activity, sum: amount, where: { kind: deal.closed, outcome: won }, time: occurredAt }
          deals_won: { entity: activity, count: true, where: { kind: deal.closed, outcome: won }, time: occurredAt }
          deals_closed: { entity: activity, count: true, where: { kind: deal.closed }, time: occurredAt }
        metrics:
          won_amount: { formula: won_amount, sample: events, unit: number }
          win_rate: { formula: deals_won / deals_closed, unit: ratio }
          deal_size: { formula: won_amount / deals_won, unit: number }
      \(flatMapping)
      """, check: OutputCheck(prefix: "won_amount|company|", window: "year"))

  /// Everything that is built in.
  static let builtIn = JobDefinition(name: "built-in catalogue", sections: "catalogue: { zone: UTC }")

  /// Rows of ten fields, each of which something reads, or it would not be kept.
  static let rows = JobDefinition(
    name: "rows of ten fields",
    sections: """
      catalogue:
        zone: UTC
        grace: 30d
        duplicate_horizon: 0s
        built_in: none
        windows: [all]
        scopes: [company]
        entities:
          deal:
            keying: required
            fields:
              { ownerId: string, teamId: string, stage: string, status: string, currency: string, source: string,
                amount: decimal, probability: decimal, createdAt: time, closedAt: time }
        measures:
          won: { entity: deal, sum: amount, where: { status: won, currency: MYR }, time: closedAt }
          hoped: { entity: deal, sum: probability, where: { stage: proposal, source: event }, time: createdAt }
          mine: { entity: deal, count: true, where: { ownerId: rep-1, teamId: team-1 }, time: createdAt }
        metrics:
          won: { formula: won + hoped + mine, unit: number, scopes: [company] }
      """)
}
