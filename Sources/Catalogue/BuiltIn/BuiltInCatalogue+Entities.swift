import Core

extension BuiltInCatalogue {
  /// What events speak of, and the three entities derived from opportunities and their activities.
  public static func entities(surveys: SurveySettings = SurveySettings()) -> [EntityDefinition] {
    [
      activity, opportunity, cost, surveyResponse(surveys), surveyInvite, member, stageStay, firstWin,
      dealContact,
    ]
  }

  /// The properties that group events: the first three name whose number it is, and follow the attribution.
  public static let dimensions: [DimensionDefinition] = {
    let owned = [
      "activity", "opportunity", "cost", "survey_response", "survey_invite", "stage_stay", "first_win",
      "deal_contact",
    ]
    let derived = ["stage_stay", "first_win", "deal_contact"]
    var rep = same("ownerId", owned)
    rep["member"] = "repId"
    return [
      DimensionDefinition(name: "rep", fields: rep, isOwnership: true),
      DimensionDefinition(name: "team", fields: same("teamId", owned + ["member"]), isOwnership: true),
      DimensionDefinition(name: "region", fields: same("regionId", owned + ["member"]), isOwnership: true),
      DimensionDefinition(name: "stage", fields: same("stage", ["opportunity", "stage_stay"])),
      DimensionDefinition(
        name: "source", fields: same("source", ["activity", "opportunity", "cost"] + derived)),
      DimensionDefinition(
        name: "product", fields: same("product", ["activity", "opportunity", "cost"] + derived)),
      DimensionDefinition(
        name: "kind",
        fields: same("kind", ["activity", "opportunity", "survey_response", "survey_invite", "stage_stay"])),
      DimensionDefinition(name: "industry", fields: same("industry", ["activity", "opportunity"] + derived)),
    ]
  }()

  /// Whose numbers are kept.
  public static let scopes = [
    ScopeDefinition(name: "rep", dimensions: ["rep"], parent: "team"),
    ScopeDefinition(name: "team", dimensions: ["team"], parent: "region"),
    ScopeDefinition(name: "region", dimensions: ["region"], parent: "company"),
    ScopeDefinition(name: "company", dimensions: []),
    ScopeDefinition(name: "stage", dimensions: ["stage"], parent: "company"),
    ScopeDefinition(name: "source", dimensions: ["source"], parent: "company"),
    ScopeDefinition(name: "product", dimensions: ["product"], parent: "company"),
    ScopeDefinition(name: "kind", dimensions: ["kind"], parent: "company"),
    ScopeDefinition(name: "industry", dimensions: ["industry"], parent: "company"),
  ]

  private static func same(_ field: String, _ entities: [String]) -> [String: String] {
    Dictionary(uniqueKeysWithValues: entities.map { ($0, field) })
  }

  private static func fields(_ type: FieldType, _ names: String...) -> [FieldDefinition] {
    names.map { FieldDefinition($0, type) }
  }

  private static let activity = EntityDefinition(
    name: "activity", keying: .optional,
    fields: fields(
      .string, "kind", "direction", "status", "outcome", "ownerId", "teamId", "regionId", "opportunityId",
      "accountId", "currency", "source", "product", "industry")
      + fields(.time, "startAt", "endAt", "bookedAt") + fields(.decimal, "durationSec", "amount")
      + fields(.boolean, "external"))

  private static let opportunity = EntityDefinition(
    name: "opportunity", keying: .required,
    fields: fields(
      .string, "ownerId", "teamId", "regionId", "pipelineId", "stage", "status", "currency", "accountId",
      "source",
      "product", "industry", "kind", "forecastCategory")
      + fields(.decimal, "amount", "probability") + fields(.time, "createdAt", "closedAt", "closeDate")
      + fields(.boolean, "newCustomer"))

  private static let cost = EntityDefinition(
    name: "cost", keying: .optional,
    fields: fields(.string, "category", "currency", "ownerId", "teamId", "regionId", "source", "product")
      + fields(.decimal, "amount") + fields(.time, "from", "to"),
    requiredFields: ["amount"])

  private static func surveyResponse(_ surveys: SurveySettings) -> EntityDefinition {
    EntityDefinition(
      name: "survey_response", keying: .optional,
      fields: fields(.string, "surveyId", "question", "kind", "respondent", "ownerId", "teamId", "regionId")
        + fields(.decimal, "score", "scaleMin", "scaleMax"),
      checks: [
        RangeCheckDefinition(
          field: "score", lowest: surveys.lowestScore, highest: surveys.highestScore, lowestField: "scaleMin",
          highestField: "scaleMax", filter: [PredicateDefinition("kind", .oneOf(["enps"]))]),
        // A pulse survey has no scale of its own here: only an event that carries one is held to it.
        RangeCheckDefinition(
          field: "score", lowest: Decimal6(millionths: .min), highest: Decimal6(millionths: .max),
          lowestField: "scaleMin", highestField: "scaleMax",
          filter: [PredicateDefinition("kind", .noneOf(["enps"]))]),
      ])
  }

  private static let surveyInvite = EntityDefinition(
    name: "survey_invite", keying: .optional,
    fields: fields(.string, "surveyId", "kind", "respondent", "ownerId", "teamId", "regionId")
      + fields(.decimal, "questions"))

  private static let member = EntityDefinition(
    name: "member", keying: .required,
    fields: fields(.string, "repId", "teamId", "regionId", "managerId", "tz")
      + fields(.time, "hireDate", "validFrom", "validTo") + fields(.boolean, "active"))

  private static let stageStay = EntityDefinition(
    name: "stage_stay", keying: .required, derivation: .stageStays,
    fields: fields(
      .string, "stage", "ownerId", "teamId", "regionId", "source", "product", "industry", "kind", "pipelineId"
    )
      + fields(.time, "enteredAt", "exitedAt") + fields(.boolean, "converted"))

  private static let firstWin = EntityDefinition(
    name: "first_win", keying: .required, derivation: .firstWins,
    fields: fields(.string, "accountId", "ownerId", "teamId", "regionId", "source", "product", "industry")
      + fields(.time, "closedAt"))

  private static let dealContact = EntityDefinition(
    name: "deal_contact", keying: .required, derivation: .wonContacts,
    fields: fields(.string, "ownerId", "teamId", "regionId", "source", "product", "industry")
      + fields(.time, "closedAt", "firstContactAt") + fields(.decimal, "activities"))
}
