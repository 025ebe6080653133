import Catalogue
import Core
import Formats
import Testing

struct ConfigurationValuesTests {
  private func load(_ folder: String, _ name: String) throws -> Configuration {
    try #require(Files.load(try Files.text(folder, name), file: name).0)
  }

  @Test func defaults() throws {
    let configuration = try load("good", "least.yml")
    #expect(configuration.kafka == KafkaSettings(brokers: ["127.0.0.1:9092"]))
    #expect(configuration.kafka.instance == nil)
    #expect(configuration.kafka.memberId(instance: "a") == "nadi-a")
    #expect(configuration.output.deadLetterTopic == "sales.activity.v1.dlq")
    #expect(configuration.output.lateTopic == "sales.activity.v1.late")
    #expect(configuration.state == StateSettings())
    #expect(configuration.emit.intervalMillis == 1000)
    #expect(configuration.limits == LimitSettings())
    #expect(configuration.workers == 1)
    let standard = BuiltInCatalogue.definition()
    #expect(configuration.catalogue.metrics == standard.metrics)
    #expect(configuration.catalogue.measures == standard.measures)
    #expect(configuration.catalogue.windows == standard.windows)
    #expect(configuration.catalogue.scopes == standard.scopes)
    #expect(configuration.catalogue.entities == standard.entities)
    #expect(configuration.catalogue.dimensions == standard.dimensions)
    #expect(configuration.catalogue.zone.name == "UTC")
  }

  @Test func sampleIsTheDefault() throws {
    let (configuration, diagnostics) = Files.load(ConfigurationSample.yaml)
    #expect(diagnostics.isEmpty)
    let sample = try #require(configuration)
    let least = try load("good", "least.yml")
    #expect(sample.kafka == least.kafka)
    #expect(sample.input == least.input)
    #expect(sample.output == least.output)
    #expect(sample.state == least.state)
    #expect(sample.emit == least.emit)
    #expect(sample.limits == least.limits)
    #expect(sample.catalogue.metrics == least.catalogue.metrics)
    #expect(sample.catalogue.windows == least.catalogue.windows)
    #expect(sample.catalogue.scopes == least.catalogue.scopes)
    #expect(sample.catalogue.disorderMillis == least.catalogue.disorderMillis)
    #expect(sample.catalogue.futureSkewMillis == least.catalogue.futureSkewMillis)
    #expect(sample.catalogue.duplicateHorizonMillis == least.catalogue.duplicateHorizonMillis)
    #expect(sample.catalogue.rowRetentionMillis == least.catalogue.rowRetentionMillis)
    #expect(sample.catalogue.maximumDimensionValues == least.catalogue.maximumDimensionValues)
  }

  @Test func windowsAndTimes() throws {
    let catalogue = try load("good", "everything.yml").catalogue
    #expect(catalogue.zone.name == "Asia/Kuala_Lumpur")
    #expect(
      catalogue.windows.first { $0.name == "minute" }
        == WindowDefinition(
          name: "minute", kind: .tumbling(sizeMillis: 60_000, offsetMillis: 0), graceMillis: 300_000,
          retentionMillis: 2 * Millis.day))
    let example = try load("good", "example.yml").catalogue
    #expect(example.windows.first { $0.name == "hour" }?.retentionMillis == 7 * Millis.day)
    #expect(example.windows.first { $0.name == "1m" }?.kind == .tumbling(sizeMillis: 60_000, offsetMillis: 0))
    #expect(example.windows.first { $0.name == "day" }?.retentionMillis == 1100 * Millis.day)
    #expect(example.windows.first { $0.name == "fiscal_year" }?.kind == .fiscalYear(firstMonth: 2))
  }

  @Test func measures() throws {
    let catalogue = try load("good", "everything.yml").catalogue
    func measure(_ name: String) -> MeasureDefinition? { catalogue.measures.first { $0.name == name } }
    #expect(
      measure("escalations")
        == MeasureDefinition(
          name: "escalations", entity: "activity", aggregate: .count,
          filter: [
            PredicateDefinition("kind", .oneOf(["escalation"])),
            PredicateDefinition("status", .absentOrOneOf(["completed"])),
          ], time: [.first]))
    #expect(
      measure("big_deals")
        == MeasureDefinition(
          name: "big_deals", entity: "opportunity", aggregate: .sum, value: .field("amount"),
          filter: [
            PredicateDefinition("status", .oneOf(["won"])),
            PredicateDefinition("amount", .between(Decimal6(10_000), nil)),
          ], time: [.field("closedAt")], attribution: .currentOwner, isMoney: true))
    #expect(
      measure("ticket_age")
        == MeasureDefinition(
          name: "ticket_age", entity: "ticket", aggregate: .quantile,
          value: .elapsedMillis(from: [.field("openedAt")], to: [.since("severity"), .first]),
          filter: [PredicateDefinition("cost", .present), PredicateDefinition("urgent", .isNotTrue)],
          time: [.field("openedAt"), .first]))
    #expect(measure("open_tickets")?.time == [])
    #expect(measure("dearest")?.aggregate == .maximum)
    #expect(
      measure("ticket_people")?.filter == [
        PredicateDefinition("severity", .noneOf(["low"])), PredicateDefinition("urgent", .isTrue),
      ])
  }

  @Test func metrics() throws {
    let catalogue = try load("good", "everything.yml").catalogue
    func metric(_ name: String) -> MetricDefinition? { catalogue.metrics.first { $0.name == name } }
    #expect(
      metric("escalations_per_call")
        == MetricDefinition(
          name: "escalations_per_call", text: "Escalations for each call.", unit: .ratio, direction: .down,
          formula: .divide(.measure("escalations"), .measure("calls")), sample: .measure("calls"),
          minimumSample: 5, scopes: ["rep", "team"], windows: ["day"]))
    #expect(metric("big_deals")?.unit == .money)
    #expect(metric("ticket_people")?.unit == .count)
    // An entity with an ownerId has reps without declaring them.
    #expect(metric("ticket_people")?.scopes == ["rep", "company"])
    #expect(metric("open_tickets")?.windows == ["all"])
    #expect(metric("open_tickets")?.formula == .level("open_tickets"))
    #expect(
      metric("ticket_age_days")?.formula
        == .divide(.quantile("ticket_age", permille: 900), .constant(Decimal6(86_400_000))))
    #expect(
      metric("ticket_age_median")?.formula
        == .subtract(
          .add(.quantile("ticket_age", permille: 500), .quantile("ticket_age", permille: 250)),
          .constant(Decimal6(-1))))
    #expect(
      metric("growth")?.formula
        == .divide(.subtract(.measure("escalations"), .prior("escalations")), .prior("escalations")))
    #expect(catalogue.scopes.first { $0.name == "team" }?.parent == "company")
    #expect(catalogue.scopes.first { $0.name == "rep_kind" }?.dimensions == ["rep", "kind"])
  }

  @Test func mappings() throws {
    let mapping = try #require(try load("good", "everything.yml").mappings.first)
    #expect(mapping.envelope["occurredAt"] == MappingRule(sources: [.pointer("/time")], conversion: .time))
    #expect(
      mapping.envelope["op"]
        == MappingRule(sources: [.pointer("/op")], lookup: ["removed": "delete"], lookupDefault: "upsert"))
    #expect(mapping.envelope["version"]?.sources == [.recordTimestamp])
    #expect(
      mapping.data["outcome"]?.sources == [.pointer("/data/outcome"), .header("outcome"), .constant("none")])
    #expect(
      mapping.data["source"]
        == MappingRule(
          sources: [.pointer("/a"), .pointer("/b~1c")], joinSeparator: ":", isNullAbsent: true))
    #expect(
      mapping.conditions == [
        MappingCondition(source: .pointer("/type"), test: .exists),
        MappingCondition(source: .header("source"), test: .hasPrefix("crm")),
        MappingCondition(source: .pointer("/kind"), test: .equalsOneOf(["a", "b"])),
        MappingCondition(source: .topic, test: .equalsOneOf(["sales.activity.v1"])),
      ])
  }

  @Test func brokers() throws {
    #expect(
      try load("good", "warnings.yml").kafka.brokers == [
        "[::1]:9092", "SASL_SSL://kafka.example:9093", "second.example",
      ])
  }

  @Test(arguments: ["http://127.0.0.1:1", "https://a", "://a:1", "kafka://a:9092", "http://[::1]:1"])
  func brokersHaveNoOtherScheme(broker: String) {
    let (configuration, diagnostics) = Files.load(
      "kafka: { brokers: \"\(broker)\" }\ninput: { topics: t }\n")
    #expect(configuration == nil)
    #expect(
      diagnostics.map { $0.text(file: "f") } == [
        "f:1:19: error: \"\(broker)\" is no broker; write host:port, such as 127.0.0.1:9092"
      ])
  }

  @Test func surveys() throws {
    let yaml = """
      kafka: { brokers: a }
      input: { topics: t }
      catalogue:
        surveys: { enps_scale: [1, 5], promoter_from: 5, detractor_to: 2.5, minimum_responses: 8 }
      """
    let catalogue = try #require(Files.load(yaml).0).catalogue
    let enps = try #require(catalogue.metrics.first { $0.name == "enps" })
    #expect(enps.minimumSample == 8)
    #expect(enps.text.contains("promoters from 5, detractors to 2.5"))
    let promoters = catalogue.measures.first { $0.name == "enps_promoters" }
    #expect(promoters?.filter.last?.test == .between(Decimal6(5), nil))
    let check = catalogue.entities.first { $0.name == "survey_response" }?.checks.first
    #expect(check?.lowest == Decimal6(1))
    #expect(check?.highest == Decimal6(5))
  }
}
