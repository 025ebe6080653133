import Catalogue

/// A subject under which the display lists metrics.
struct DemoFamily: Sendable {
  let title: String
  let metrics: [String]

  /// All built-in metrics; those that no subject names come last.
  static let all: [DemoFamily] = {
    let rest = BuiltInCatalogue.metricNames.filter { name in !named.contains { $0.metrics.contains(name) } }
    return rest.isEmpty ? named : named + [DemoFamily(title: "other", metrics: rest)]
  }()

  private static let named = [
    DemoFamily(title: "activity", metrics: ["calls", "call_minutes", "emails", "outreach"]),
    DemoFamily(title: "meetings", metrics: ["meetings_booked", "meetings_held"]),
    DemoFamily(
      title: "opportunities",
      metrics: [
        "opportunities_created", "opportunities_created_value", "open_pipeline", "open_pipeline_value",
      ]),
    DemoFamily(
      title: "wins and revenue", metrics: ["deals_won", "deals_lost", "revenue", "average_deal_size"]),
    DemoFamily(title: "rates", metrics: ["win_rate", "win_rate_value", "win_rate_cohort"]),
    DemoFamily(
      title: "cycle and velocity",
      metrics: [
        "sales_cycle", "sales_cycle_median", "sales_cycle_p90", "first_contact_to_close",
        "sales_velocity_closed", "sales_velocity_created",
      ]),
    DemoFamily(title: "stages", metrics: ["stage_conversion", "stage_dwell", "stage_dwell_median"]),
    DemoFamily(
      title: "customers and cost",
      metrics: ["new_customers", "spend", "cac", "cac_prior", "activities_per_won_deal"]),
    DemoFamily(title: "surveys", metrics: ["enps", "pulse_score", "response_rate", "participation_rate"]),
    DemoFamily(title: "coverage", metrics: ["one_on_one_coverage"]),
  ]
}
