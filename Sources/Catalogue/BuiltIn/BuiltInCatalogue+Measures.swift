import Core

extension BuiltInCatalogue {
  /// Every measure that the built-in metrics are made of.
  public static func measures(surveys: SurveySettings = SurveySettings()) -> [MeasureDefinition] {
    activityMeasures + opportunityMeasures + cycleMeasures + stageMeasures + customerMeasures
      + surveyMeasures(surveys) + memberMeasures
  }

  private static let creation: [TimeSourceDefinition] = [.field("createdAt"), .first]
  private static let close: [TimeSourceDefinition] = [.field("closedAt"), .since("status")]
  private static let activityStart: [TimeSourceDefinition] = [.field("startAt"), .since("status"), .first]
  private static let meetingEnd: [TimeSourceDefinition] = [
    .field("endAt"), .field("startAt"), .since("status"),
  ]

  private static let won = PredicateDefinition("status", .oneOf(["won"]))
  private static let lost = PredicateDefinition("status", .oneOf(["lost"]))
  private static let open = PredicateDefinition("status", .absentOrOneOf(["open"]))
  private static let completed = PredicateDefinition("status", .oneOf(["completed"]))
  private static let completedOrUnstated = PredicateDefinition("status", .absentOrOneOf(["completed"]))
  private static let meeting = PredicateDefinition("kind", .oneOf(["meeting", "demo"]))

  private static var activityMeasures: [MeasureDefinition] {
    let call = [PredicateDefinition("kind", .oneOf(["call"])), completedOrUnstated]
    return [
      MeasureDefinition(
        name: "calls", entity: "activity", aggregate: .count, filter: call, time: activityStart),
      MeasureDefinition(
        name: "call_seconds", entity: "activity", aggregate: .sum, value: .field("durationSec"), filter: call,
        time: activityStart),
      MeasureDefinition(
        name: "emails", entity: "activity", aggregate: .count,
        filter: [
          PredicateDefinition("kind", .oneOf(["email"])), completedOrUnstated,
          PredicateDefinition("direction", .absentOrOneOf(["outbound"])),
        ], time: activityStart),
      MeasureDefinition(
        name: "meetings_booked", entity: "activity", aggregate: .count,
        filter: [meeting, PredicateDefinition("external", .absentOrOneOf(["true"]))],
        time: [.field("bookedAt"), .first]),
      MeasureDefinition(
        name: "meetings_held", entity: "activity", aggregate: .count, filter: [meeting, completed],
        time: meetingEnd),
      MeasureDefinition(
        name: "one_on_one_reps", entity: "activity", aggregate: .distinct, value: .field("ownerId"),
        filter: [PredicateDefinition("kind", .oneOf(["one_on_one"])), completed], time: meetingEnd),
    ]
  }

  private static let opportunityMeasures: [MeasureDefinition] = [
    MeasureDefinition(
      name: "opportunities_created", entity: "opportunity", aggregate: .count, time: creation),
    MeasureDefinition(
      name: "opportunities_created_value", entity: "opportunity", aggregate: .sum, value: .field("amount"),
      time: creation, isMoney: true),
    MeasureDefinition(
      name: "opportunities_created_won", entity: "opportunity", aggregate: .count, filter: [won],
      time: creation),
    MeasureDefinition(
      name: "deals_won", entity: "opportunity", aggregate: .count, filter: [won], time: close),
    MeasureDefinition(
      name: "deals_lost", entity: "opportunity", aggregate: .count, filter: [lost], time: close),
    MeasureDefinition(
      name: "revenue", entity: "opportunity", aggregate: .sum, value: .field("amount"), filter: [won],
      time: close, isMoney: true),
    MeasureDefinition(
      name: "lost_value", entity: "opportunity", aggregate: .sum, value: .field("amount"), filter: [lost],
      time: close, isMoney: true),
    // Kept for each currency like the revenue it divides: deals in another one must not lower the average.
    MeasureDefinition(
      name: "deals_won_valued", entity: "opportunity", aggregate: .count,
      filter: [won, PredicateDefinition("amount", .present)], time: close, isMoney: true),
    MeasureDefinition(
      name: "open_opportunities", entity: "opportunity", aggregate: .count, filter: [open], time: []),
    MeasureDefinition(
      name: "open_value", entity: "opportunity", aggregate: .sum, value: .field("amount"), filter: [open],
      time: [], isMoney: true),
  ]

  private static var cycleMeasures: [MeasureDefinition] {
    let cycle = ValueDefinition.elapsedMillis(from: creation, to: close)
    let contact = ValueDefinition.elapsedMillis(from: [.field("firstContactAt")], to: [.field("closedAt")])
    return [
      MeasureDefinition(
        name: "cycle_millis", entity: "opportunity", aggregate: .sum, value: cycle, filter: [won], time: close
      ),
      MeasureDefinition(
        name: "cycle_count", entity: "opportunity", aggregate: .count, value: cycle, filter: [won],
        time: close),
      MeasureDefinition(
        name: "cycle", entity: "opportunity", aggregate: .quantile, value: cycle, filter: [won], time: close),
      MeasureDefinition(
        name: "contact_millis", entity: "deal_contact", aggregate: .sum, value: contact,
        time: [.field("closedAt")]),
      MeasureDefinition(
        name: "contact_count", entity: "deal_contact", aggregate: .count, value: contact,
        time: [.field("closedAt")]),
      MeasureDefinition(
        name: "won_activities", entity: "deal_contact", aggregate: .sum, value: .field("activities"),
        time: [.field("closedAt")]),
    ]
  }

  private static var stageMeasures: [MeasureDefinition] {
    let dwell = ValueDefinition.elapsedMillis(from: [.field("enteredAt")], to: [.field("exitedAt")])
    let entry: [TimeSourceDefinition] = [.field("enteredAt")]
    let exit: [TimeSourceDefinition] = [.field("exitedAt")]
    return [
      MeasureDefinition(name: "stage_entered", entity: "stage_stay", aggregate: .count, time: entry),
      MeasureDefinition(
        name: "stage_converted", entity: "stage_stay", aggregate: .count,
        filter: [PredicateDefinition("converted", .isTrue)], time: entry),
      MeasureDefinition(
        name: "dwell_millis", entity: "stage_stay", aggregate: .sum, value: dwell, time: exit),
      MeasureDefinition(
        name: "dwell_count", entity: "stage_stay", aggregate: .count, value: dwell, time: exit),
      MeasureDefinition(
        name: "dwell", entity: "stage_stay", aggregate: .quantile, value: dwell, time: exit),
    ]
  }

  private static let customerMeasures: [MeasureDefinition] = [
    MeasureDefinition(
      name: "new_customers", entity: "first_win", aggregate: .count, time: [.field("closedAt")]),
    MeasureDefinition(
      name: "spend", entity: "cost", aggregate: .sum, value: .field("amount"),
      time: [.field("from"), .first],
      isMoney: true),
  ]

  private static func surveyMeasures(_ surveys: SurveySettings) -> [MeasureDefinition] {
    func responses(
      _ name: String, kind: String, aggregate: AggregateDefinition = .count, value: ValueDefinition = .one,
      score: PredicateDefinition.Test = .present, respondent: PredicateDefinition.Test? = nil
    ) -> MeasureDefinition {
      var filter = [PredicateDefinition("kind", .oneOf([kind])), PredicateDefinition("score", score)]
      if let respondent { filter.append(PredicateDefinition("respondent", respondent)) }
      return MeasureDefinition(
        name: name, entity: "survey_response", aggregate: aggregate, value: value, filter: filter,
        time: [.first])
    }
    return [
      responses("enps_promoters", kind: "enps", score: .between(surveys.promoterFrom, nil)),
      responses("enps_detractors", kind: "enps", score: .between(nil, surveys.detractorTo)),
      responses("enps_responses", kind: "enps"),
      responses("enps_respondents", kind: "enps", aggregate: .distinct, value: .field("respondent")),
      responses("enps_unnamed", kind: "enps", respondent: .absent),
      responses("pulse_total", kind: "pulse", aggregate: .sum, value: .field("score")),
      responses("pulse_responses", kind: "pulse"),
      responses("pulse_respondents", kind: "pulse", aggregate: .distinct, value: .field("respondent")),
      responses("pulse_unnamed", kind: "pulse", respondent: .absent),
      MeasureDefinition(
        name: "survey_answers", entity: "survey_response", aggregate: .count, time: [.first]),
      MeasureDefinition(
        name: "survey_respondents", entity: "survey_response", aggregate: .distinct,
        value: .field("respondent"),
        time: [.first]),
      MeasureDefinition(
        name: "survey_questions", entity: "survey_invite", aggregate: .sum, value: .field("questions"),
        time: [.first]),
      MeasureDefinition(
        name: "survey_invited", entity: "survey_invite", aggregate: .distinct, value: .field("respondent"),
        time: [.first]),
    ]
  }

  private static let memberMeasures = [
    MeasureDefinition(
      name: "members", entity: "member", aggregate: .count,
      filter: [PredicateDefinition("active", .absentOrOneOf(["true"]))], time: [])
  ]
}
