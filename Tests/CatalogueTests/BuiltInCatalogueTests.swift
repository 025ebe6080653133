import Catalogue
import Core
import Testing

struct BuiltInCatalogueTests {
  private let catalogue = BuiltInCatalogue.definition()

  private func entity(_ name: String) -> EntityDefinition? { catalogue.entities.first { $0.name == name } }

  private func type(_ field: String, of entity: String) -> FieldType? {
    self.entity(entity)?.fields.first { $0.name == field }?.type
  }

  @Test func everyFamilyOfMetricsIsThere() {
    #expect(
      Set(catalogue.metrics.map(\.name)) == [
        "calls", "call_minutes", "emails", "outreach", "meetings_booked", "meetings_held",
        "opportunities_created", "opportunities_created_value", "deals_won", "deals_lost", "revenue",
        "win_rate",
        "win_rate_value", "win_rate_cohort", "average_deal_size", "sales_cycle", "sales_cycle_median",
        "sales_cycle_p90", "first_contact_to_close", "sales_velocity_closed", "sales_velocity_created",
        "stage_conversion", "stage_dwell", "stage_dwell_median", "new_customers", "spend", "cac", "cac_prior",
        "activities_per_won_deal", "open_pipeline", "open_pipeline_value", "enps", "pulse_score",
        "response_rate", "participation_rate", "one_on_one_coverage",
      ])
  }

  @Test func namesAreUnique() {
    for names in [
      catalogue.metrics.map(\.name), catalogue.measures.map(\.name), catalogue.entities.map(\.name),
      catalogue.scopes.map(\.name), catalogue.windows.map(\.name), catalogue.dimensions.map(\.name),
    ] { #expect(Set(names).count == names.count) }
    for entity in catalogue.entities { #expect(Set(entity.fields.map(\.name)).count == entity.fields.count) }
  }

  @Test func everyMeasureIsUsedAndEveryUsedOneExists() {
    let used = Set(catalogue.metrics.flatMap(\.measureNames))
    #expect(used == Set(catalogue.measures.map(\.name)))
  }

  @Test func measuresReadFieldsThatExist() {
    for measure in catalogue.measures {
      let name = measure.entity
      for predicate in measure.filter {
        let type = type(predicate.field, of: name)
        #expect(type != nil, "\(measure.name)")
        switch predicate.test {
        case .between: #expect(type == .decimal)
        case .isTrue, .isNotTrue: #expect(type == .boolean)
        case .oneOf, .absentOrOneOf, .noneOf: #expect(type == .string || type == .boolean)
        case .present, .absent: break
        }
      }
      var times = measure.time
      switch measure.value {
      case .one: break
      case .field(let field):
        #expect(
          type(field, of: name) == (measure.aggregate == .distinct ? .string : .decimal), "\(measure.name)")
      case .elapsedMillis(let from, let to): times += from + to
      }
      for time in times {
        switch time {
        case .field(let field): #expect(type(field, of: name) == .time, "\(measure.name)")
        case .since(let field):
          #expect(type(field, of: name) != nil)
          #expect(entity(name)?.derivation == .input)
        case .first: #expect(entity(name)?.derivation == .input)
        }
      }
      if measure.isMoney { #expect(type("currency", of: name) == .string) }
    }
  }

  @Test func dimensionsAndScopesNameWhatExists() {
    for dimension in catalogue.dimensions {
      for (entity, field) in dimension.fields {
        #expect(type(field, of: entity) == .string, "\(entity).\(field)")
      }
    }
    for scope in catalogue.scopes {
      for dimension in scope.dimensions { #expect(catalogue.dimensions.contains { $0.name == dimension }) }
      if let parent = scope.parent { #expect(catalogue.scopes.contains { $0.name == parent }) }
    }
  }

  @Test func derivedRowsCopyFieldsOfOpportunities() {
    let own = [
      "enteredAt", "exitedAt", "converted", "firstContactAt", "activities", "closedAt",
    ]
    for derived in catalogue.entities where derived.derivation != .input {
      for field in derived.fields where !own.contains(field.name) {
        #expect(type(field.name, of: "opportunity") == field.type)
      }
    }
  }

  @Test func metricsArePublishedWhereTheyHaveValues() throws {
    for metric in catalogue.metrics {
      #expect(!metric.scopes.isEmpty && !metric.windows.isEmpty && !metric.text.isEmpty)
      #expect(metric.scopes.allSatisfy { name in catalogue.scopes.contains { $0.name == name } })
      #expect(metric.windows.allSatisfy { name in catalogue.windows.contains { $0.name == name } })
    }
    func metric(_ name: String) throws -> MetricDefinition {
      try #require(catalogue.metrics.first { $0.name == name })
    }
    #expect(try metric("open_pipeline").windows == ["all"])
    #expect(try !metric("cac_prior").windows.contains("all"))
    #expect(try metric("stage_dwell").scopes == ["stage"])
    #expect(try metric("calls").scopes.contains("kind") && !metric("calls").scopes.contains("stage"))
    #expect(try metric("cac").scopes == ["rep", "team", "region", "company", "source", "product"])
    // A person's own answers over a year could otherwise reach the minimum.
    #expect(try !metric("enps").scopes.contains("rep"))
    #expect(try metric("enps").isSuppressedBelowMinimum && metric("enps").minimumSample == 5)
    #expect(
      try metric("enps").sample == .add(.measure("enps_respondents"), .measure("enps_unnamed")))
  }

  /// What is published as parts must be what people expect to add up themselves.
  @Test func partsOfMeansAndRatios() throws {
    func formula(_ name: String) throws -> FormulaDefinition {
      try #require(catalogue.metrics.first { $0.name == name }).formula
    }
    let day = FormulaDefinition.constant(Decimal6(86_400_000))
    #expect(
      try formula("sales_cycle")
        == .divide(.divide(.measure("cycle_millis"), day), .measure("cycle_count")))
    #expect(
      try formula("win_rate")
        == .divide(.measure("deals_won"), .add(.measure("deals_won"), .measure("deals_lost"))))
    #expect(try formula("cac_prior") == .divide(.prior("spend"), .measure("new_customers")))
    #expect(try formula("one_on_one_coverage") == .divide(.measure("one_on_one_reps"), .level("members")))
    #expect(
      try formula("sales_cycle_p90") == .divide(.quantile("cycle", permille: 900), day))
  }

  @Test func moneyIsKeptForMoneyOnly() {
    let money = Set(catalogue.measures.filter(\.isMoney).map(\.name))
    for metric in catalogue.metrics where metric.unit.isMoney {
      #expect(metric.measureNames.contains { money.contains($0) }, "\(metric.name)")
    }
  }

  @Test func optionsReachTheDefinition() {
    let definition = BuiltInCatalogue.definition(
      CatalogueOptions(weekFirstDay: 7, fiscalFirstMonth: 2, graceMillis: Millis.hour))
    #expect(definition.windows.first { $0.name == "week" }?.kind == .week(firstDay: 7))
    #expect(definition.windows.first { $0.name == "fiscal_quarter" }?.kind == .fiscalQuarter(firstMonth: 2))
    #expect(definition.windows.allSatisfy { $0.graceMillis == Millis.hour && $0.kind.isValid })
  }
}
