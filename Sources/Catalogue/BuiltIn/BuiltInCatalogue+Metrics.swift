import Core

extension BuiltInCatalogue {
  /// The names of all built-in metrics.
  public static let metricNames = metrics(CatalogueOptions()).map(\.name)

  /// Every built-in metric. Empty scopes and windows mean: wherever it can have a value.
  static func metrics(_ options: CatalogueOptions) -> [MetricDefinition] {
    let all =
      activityMetrics + dealMetrics + rateMetrics + cycleMetrics + velocityMetrics + stageMetrics
      + customerMetrics + pipelineMetrics + peopleMetrics(options.surveys)
    return all.map { metric in
      var result = metric
      (result.emission, result.late) = (options.emission, options.late)
      return result
    }
  }

  private static let millisPerDay = FormulaDefinition.constant(Decimal6(Millis.day))
  private static let millisPerHour = FormulaDefinition.constant(Decimal6(Millis.hour))

  private static func ratio(_ numerator: String, _ denominator: String) -> FormulaDefinition {
    .divide(.measure(numerator), .measure(denominator))
  }

  /// A sum of milliseconds as a mean of larger units, with the total as numerator and the count as
  /// denominator.
  private static func mean(_ millis: String, per unit: FormulaDefinition, _ count: String)
    -> FormulaDefinition
  {
    .divide(.divide(.measure(millis), unit), .measure(count))
  }

  private static func metric(
    _ name: String, _ unit: Unit, better direction: Direction = .up, _ formula: FormulaDefinition,
    sample: FormulaDefinition? = nil, minimumSample: Int = 1, isSuppressed: Bool = false,
    scopes: [String] = [],
    text: String
  ) -> MetricDefinition {
    MetricDefinition(
      name: name, text: text, unit: unit, direction: direction, formula: formula, sample: sample,
      minimumSample: minimumSample, isSuppressedBelowMinimum: isSuppressed, scopes: scopes, windows: [])
  }

  private static let activityMetrics: [MetricDefinition] = [
    metric(
      "calls", .count, .measure("calls"),
      text: "Calls with status completed or none, by start (else when completed)."),
    metric(
      "call_minutes", .minutes, .divide(.measure("call_seconds"), .constant(Decimal6(60))),
      sample: .measure("calls"), text: "Total length of the calls counted by calls, by start."),
    metric(
      "emails", .count, .measure("emails"),
      text:
        "E-mails sent: outbound or without direction, status completed or none, by start (else when sent)."),
    metric(
      "outreach", .count, .add(.measure("calls"), .measure("emails")), text: "Calls plus e-mails sent."),
    metric(
      "meetings_booked", .count, .measure("meetings_booked"),
      text: "Meetings and demos with someone external, whatever their status, by when they were booked."),
    metric(
      "meetings_held", .count, .measure("meetings_held"),
      text: "Meetings and demos with status completed, by end (else start, else when completed)."),
  ]

  private static let dealMetrics: [MetricDefinition] = [
    metric(
      "opportunities_created", .count, .measure("opportunities_created"),
      text: "Opportunities by creation, whatever became of them."),
    metric(
      "opportunities_created_value", .money, .measure("opportunities_created_value"),
      sample: .measure("opportunities_created"),
      text: "Present amount of the opportunities created, by creation."),
    metric("deals_won", .count, .measure("deals_won"), text: "Opportunities won, by close."),
    metric(
      "deals_lost", .count, better: .down, .measure("deals_lost"), text: "Opportunities lost, by close."),
    metric(
      "revenue", .money, .measure("revenue"), sample: .measure("deals_won_valued"),
      text: "Total amount of the opportunities won, by close."),
    metric(
      "average_deal_size", .money, ratio("revenue", "deals_won_valued"),
      text: "Total amount of the opportunities won ÷ number of them that have an amount, by close."),
  ]

  private static let rateMetrics: [MetricDefinition] = [
    metric(
      "win_rate", .ratio,
      .divide(.measure("deals_won"), .add(.measure("deals_won"), .measure("deals_lost"))),
      text: "Won ÷ (won + lost), by number and close."),
    metric(
      "win_rate_value", .ratio,
      .divide(.measure("revenue"), .add(.measure("revenue"), .measure("lost_value"))),
      sample: .add(.measure("deals_won"), .measure("deals_lost")),
      text: "Amount won ÷ (amount won + amount lost), by close, for each currency."),
    metric(
      "win_rate_cohort", .ratio, ratio("opportunities_created_won", "opportunities_created"),
      text: "Opportunities created in the window and won since ÷ opportunities created in it."),
  ]

  private static let cycleMetrics: [MetricDefinition] = [
    metric(
      "sales_cycle", .days, better: .down, mean("cycle_millis", per: millisPerDay, "cycle_count"),
      text: "Mean time from creation to close of the opportunities won, by close."),
    metric(
      "sales_cycle_median", .days, better: .down, .divide(.quantile("cycle", permille: 500), millisPerDay),
      sample: .measure("cycle_count"),
      text: "Median time from creation to close of the opportunities won, by close."),
    metric(
      "sales_cycle_p90", .days, better: .down, .divide(.quantile("cycle", permille: 900), millisPerDay),
      sample: .measure("cycle_count"),
      text: "90th percentile of the time from creation to close of the opportunities won, by close."),
    metric(
      "first_contact_to_close", .days, better: .down,
      mean("contact_millis", per: millisPerDay, "contact_count"),
      text: "Mean time from the first activity to the close of the opportunities won, by close."),
  ]

  private static let velocityMetrics: [MetricDefinition] = {
    let cycle = mean("cycle_millis", per: millisPerDay, "cycle_count")
    let closed = FormulaDefinition.add(.measure("deals_won"), .measure("deals_lost"))
    return [
      metric(
        "sales_velocity_closed", .moneyPerDay, .divide(.measure("revenue"), cycle), sample: closed,
        text:
          "Closed deals × average deal size × win rate ÷ mean sales cycle = amount won ÷ mean sales cycle."),
      metric(
        "sales_velocity_created", .moneyPerDay,
        .divide(
          .multiply(
            .multiply(.measure("opportunities_created"), ratio("revenue", "deals_won_valued")),
            .divide(.measure("deals_won"), closed)),
          cycle), sample: .measure("opportunities_created"),
        text: "Opportunities created × average deal size × win rate ÷ mean sales cycle. "
          + "Opportunities count whatever their currency."),
    ]
  }()

  private static let stageMetrics: [MetricDefinition] = [
    metric(
      "stage_conversion", .ratio, ratio("stage_converted", "stage_entered"), scopes: ["stage"],
      text: "Stays in the stage that led onwards ÷ stays in the stage, by entry."),
    metric(
      "stage_dwell", .hours, better: .down, mean("dwell_millis", per: millisPerHour, "dwell_count"),
      scopes: ["stage"],
      text: "Mean time spent in the stage by opportunities that left it, by exit."),
    metric(
      "stage_dwell_median", .hours, better: .down, .divide(.quantile("dwell", permille: 500), millisPerHour),
      sample: .measure("dwell_count"), scopes: ["stage"],
      text: "Median time spent in the stage by opportunities that left it, by exit."),
  ]

  private static let customerMetrics: [MetricDefinition] = [
    metric(
      "new_customers", .count, .measure("new_customers"),
      text: "Accounts whose first opportunity was won, by its close."),
    metric(
      "spend", .money, better: .none, .measure("spend"),
      text: "Sales and marketing cost, by the start of its period."),
    metric(
      "cac", .money, better: .down, ratio("spend", "new_customers"),
      text: "Customer acquisition cost: spend ÷ new customers of the same window."),
    metric(
      "cac_prior", .money, better: .down, .divide(.prior("spend"), .measure("new_customers")),
      text: "Customer acquisition cost: spend of the window before ÷ new customers of this one."),
    metric(
      "activities_per_won_deal", .number, better: .none, ratio("won_activities", "deals_won"),
      text: "Activities on the opportunities won ÷ opportunities won, by close."),
  ]

  private static let pipelineMetrics: [MetricDefinition] = [
    metric(
      "open_pipeline", .count, .level("open_opportunities"), text: "Opportunities open now."),
    metric(
      "open_pipeline_value", .money, .level("open_value"), sample: .level("open_opportunities"),
      text: "Total amount of the opportunities open now."),
  ]

  private static func peopleMetrics(_ surveys: SurveySettings) -> [MetricDefinition] {
    func survey(
      _ name: String, _ unit: Unit, _ formula: FormulaDefinition, sample: FormulaDefinition, text: String
    ) -> MetricDefinition {
      metric(
        name, unit, formula, sample: sample, minimumSample: surveys.minimumResponses, isSuppressed: true,
        text: text + " No value with fewer than \(surveys.minimumResponses) people and none per person.")
    }
    // Answers without a respondent cannot be told apart: each counts as somebody.
    func people(_ kind: String) -> FormulaDefinition {
      .add(.measure("\(kind)_respondents"), .measure("\(kind)_unnamed"))
    }
    let balance = FormulaDefinition.subtract(.measure("enps_promoters"), .measure("enps_detractors"))
    return [
      survey(
        "enps", .score,
        .divide(.multiply(.constant(Decimal6(100)), balance), .measure("enps_responses")),
        sample: people("enps"),
        text: "100 × (promoters − detractors) ÷ responses; promoters from \(surveys.promoterFrom), "
          + "detractors to \(surveys.detractorTo)."),
      survey(
        "pulse_score", .score, ratio("pulse_total", "pulse_responses"), sample: people("pulse"),
        text: "Mean score of pulse answers."),
      survey(
        "response_rate", .ratio, ratio("survey_answers", "survey_questions"),
        sample: .measure("survey_invited"), text: "Answers ÷ questions sent."),
      survey(
        "participation_rate", .ratio, ratio("survey_respondents", "survey_invited"),
        sample: .measure("survey_invited"), text: "People who answered at least one question ÷ people asked."),
      metric(
        "one_on_one_coverage", .ratio, .divide(.measure("one_on_one_reps"), .level("members")),
        text: "Reps with at least one completed one-on-one in the window ÷ members now."),
    ]
  }
}
