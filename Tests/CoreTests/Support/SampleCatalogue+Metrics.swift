@testable import Core

extension SampleCatalogue {
  private static let activityTime: [TimeSourceDefinition] = [.field("startAt"), .first]
  private static let createTime: [TimeSourceDefinition] = [.field("createdAt"), .first]
  private static let closeTime: [TimeSourceDefinition] = [.field("closedAt"), .since("status")]
  private static let isWon = [PredicateDefinition("status", .oneOf(["won"]))]

  private static func activity(
    _ name: String, _ aggregate: AggregateDefinition, _ value: ValueDefinition = .one,
    _ filter: [PredicateDefinition] = []
  ) -> MeasureDefinition {
    MeasureDefinition(
      name: name, entity: "activity", aggregate: aggregate, value: value, filter: filter, time: activityTime)
  }

  private static func deal(
    _ name: String, _ aggregate: AggregateDefinition, _ value: ValueDefinition = .one,
    time: [TimeSourceDefinition],
    _ filter: [PredicateDefinition] = [], attribution: Attribution = .ownerAtEvent, isMoney: Bool = false
  ) -> MeasureDefinition {
    MeasureDefinition(
      name: name, entity: "opportunity", aggregate: aggregate, value: value, filter: filter, time: time,
      attribution: attribution, isMoney: isMoney)
  }

  static let measures: [MeasureDefinition] = [
    activity("calls", .count, .one, [PredicateDefinition("kind", .oneOf(["call"]))]),
    activity("minutes", .sum, .field("minutes")), activity("reps", .distinct, .field("ownerId")),
    activity("longest", .maximum, .field("minutes")), activity("shortest", .minimum, .field("minutes")),
    activity("median", .quantile, .field("minutes")),
    deal("created", .count, time: createTime),
    deal("created_value", .sum, .field("amount"), time: createTime, isMoney: true),
    deal("won", .count, time: closeTime, isWon),
    deal("lost", .count, time: closeTime, [PredicateDefinition("status", .oneOf(["lost"]))]),
    deal("revenue", .sum, .field("amount"), time: closeTime, isWon, isMoney: true),
    deal("cycle", .sum, .elapsedMillis(from: createTime, to: closeTime), time: closeTime, isWon),
    deal("won_current", .count, time: closeTime, isWon, attribution: .currentOwner),
    deal("won_actor", .count, time: closeTime, isWon, attribution: .actor),
    deal("open", .count, time: [], [PredicateDefinition("status", .oneOf(["open"]))]),
    deal(
      "open_value", .sum, .field("amount"), time: [], [PredicateDefinition("status", .oneOf(["open"]))],
      isMoney: true),
    MeasureDefinition(
      name: "spend", entity: "cost", aggregate: .sum, value: .field("amount"), filter: [], time: [.first],
      isMoney: true),
    MeasureDefinition(name: "stays", entity: "stage_stay", aggregate: .count, time: [.field("exitedAt")]),
    MeasureDefinition(
      name: "conversions", entity: "stage_stay", aggregate: .count,
      filter: [PredicateDefinition("converted", .isTrue)], time: [.field("exitedAt")]),
    MeasureDefinition(
      name: "dwell", entity: "stage_stay", aggregate: .sum,
      value: .elapsedMillis(from: [.field("enteredAt")], to: [.field("exitedAt")]), time: [.field("exitedAt")]
    ),
    MeasureDefinition(
      name: "new_customers", entity: "first_win", aggregate: .count, time: [.field("closedAt")]),
    MeasureDefinition(
      name: "deal_activities", entity: "deal_contact", aggregate: .sum, value: .field("activities"),
      time: [.field("closedAt")]),
    MeasureDefinition(
      name: "contacted", entity: "deal_contact", aggregate: .count, time: [.field("closedAt")]),
  ]

  static func metrics(_ options: Options) -> [MetricDefinition] {
    func metric(
      _ name: String, _ unit: Unit, _ formula: FormulaDefinition, levels: Bool = false,
      scopes: [String]? = nil
    ) -> MetricDefinition {
      let isStay = ["stays", "conversions", "dwell"].contains(name)
      let allowed = options.scopes.filter { isStay || $0 != "stage" }
      return MetricDefinition(
        name: name, text: name, unit: unit, formula: formula, scopes: scopes ?? allowed,
        windows: levels ? ["all"] : options.windows)
    }
    func single(_ name: String, _ unit: Unit = .count, levels: Bool = false) -> MetricDefinition {
      metric(name, unit, name == "median" ? .quantile(name, permille: 500) : .measure(name), levels: levels)
    }
    return [
      single("calls"), single("minutes", .minutes), single("reps"), single("longest"), single("shortest"),
      single("median"), single("created"), single("created_value", .money), single("won"), single("lost"),
      single("revenue", .money), single("won_current"), single("won_actor"), single("open", levels: true),
      single("open_value", .money, levels: true), single("spend", .money), single("stays"),
      single("conversions"), single("dwell"), single("new_customers"), single("deal_activities"),
      metric("average_minutes", .minutes, .divide(.measure("minutes"), .measure("calls"))),
      metric("win_rate", .ratio, .divide(.measure("won"), .add(.measure("won"), .measure("lost")))),
      metric("average_deal", .money, .divide(.measure("revenue"), .measure("won"))),
      metric(
        "cycle_days", .days,
        .divide(.measure("cycle"), .multiply(.measure("won"), .constant(Decimal6(86_400_000))))),
      metric("prior_spend_per_win", .money, .divide(.prior("spend"), .measure("won")), scopes: ["company"]),
      metric("activities_per_win", .number, .divide(.measure("deal_activities"), .measure("contacted"))),
    ]
  }
}
