import Core
import Testing

@testable import Formats

@Suite struct MappingTests {
  static let flatEvent = #"""
    {"id":"evt-17","type":"call.completed","time":"2026-11-24T01:10:17.250Z","source":"crm/hubspot","rep":"rep-613","team":"team-13","region":"my-3","data":{"deal":"D-17","amount":17.50,"currency":"MYR","outcome":"won","note":"…"}}
    """#

  static func rule(_ pointer: String) -> MappingRule { MappingRule(sources: [.pointer(pointer)]) }

  static let flat = MappingDefinition(
    name: "flat", conditions: [MappingCondition(source: .pointer("/type"), test: .hasPrefix("call."))],
    envelope: [
      "id": rule("/id"), "entity": MappingRule(sources: [.constant("activity")]), "occurredAt": rule("/time"),
    ],
    data: [
      "kind": MappingRule(
        sources: [.pointer("/type")], lookup: ["call.completed": "call"], lookupDefault: "other"),
      "ownerId": rule("/rep"), "teamId": rule("/team"), "regionId": rule("/region"),
      "opportunityId": rule("/data/deal"), "amount": rule("/data/amount"), "currency": rule("/data/currency"),
      "outcome": rule("/data/outcome"),
    ])

  @Test func flatEventBecomesAnActivity() throws {
    let result = try DecoderHarness([Self.flat]).decode(Self.flatEvent)
    let event = try #require(result.events.first)
    #expect(result.headersAsked.isEmpty)
    #expect(event.entity == "activity" && event.operation == .upsert && event.id == "evt-17")
    #expect(event.entityId == nil && event.occurredAt == 1_795_482_617_250)
    #expect(
      event.fields == [
        "kind": .text("call"), "ownerId": .text("rep-613"), "teamId": .text("team-13"),
        "regionId": .text("my-3"),
        "opportunityId": .text("D-17"), "amount": .number(17_500_000), "currency": .text("MYR"),
        "outcome": .text("won"),
      ])
  }

  /// An empty text is no value, wherever it stands.
  @Test func emptyTextsAreNoValues() throws {
    let mapping = MappingDefinition(
      name: "m",
      envelope: [
        "entity": MappingRule(sources: [.constant("activity")]),
        "occurredAt": MappingRule(sources: [.pointer("/a"), .pointer("/b")]),
        "id": MappingRule(sources: [.pointer("/x"), .pointer("/y")], joinSeparator: "-"),
      ],
      data: ["kind": MappingRule(sources: [.pointer("/c"), .pointer("/d")])])
    let harness = try DecoderHarness([mapping])
    let text = #"{"a":"","b":"2026-03-02T00:15:30Z","c":"","d":"call","x":"1","y":""}"#
    let event = try #require(harness.decode(text).events.first)
    #expect(event.fields["kind"] == .text("call") && event.id == nil)
    #expect(
      harness.decode(text.replacing(#""d":"call""#, with: #""d":"""#)).events.first?.fields["kind"]
        == .cleared)
    let canonical =
      #"{"entity":"activity","occurredAt":"2026-03-02T00:15:30Z","version":"","data":{"teamId":"","teamIds":["b"]}}"#
    let canonicalEvent = try #require(try DecoderHarness().decode(canonical).events.first)
    #expect(canonicalEvent.order == canonicalEvent.occurredAt)
    #expect(canonicalEvent.fields["teamId"] == .text("b"))
  }

  @Test func builtInFormatsComeAfterMappings() throws {
    let harness = try DecoderHarness([Self.flat])
    let canonical = #"{"entity":"opportunity","entityId":"o","occurredAt":"2026-03-02T00:15:30Z","data":{}}"#
    let result = harness.decode("[\(Self.flatEvent),\(canonical),\(Self.flatEvent)]")
    #expect(result.events.map(\.entity) == ["activity", "opportunity", "activity"])
    #expect(harness.decode(canonical).events.count == 1)
    #expect(harness.decode(Self.flatEvent).events.first?.fields["kind"] == .text("call"))
  }

  @Test func aTopicWithMappingsMayBeginWithAnything() throws {
    let canonical = #"{"entity":"activity","occurredAt":"2026-03-02T00:15:30Z","data":{"kind":"demo"}}"#
    #expect(try DecoderHarness([Self.flat]).decode(canonical).events.first?.fields["kind"] == .text("demo"))
    let harness = try DecoderHarness([Self.flat])
    for text in ["{}", Self.flatEvent, "{}", canonical, "{}"] {
      let result = harness.decode(text)
      #expect(result.count == 1 && result.faults.map(\.reason) == (text == "{}" ? [.noMapping] : []))
    }
  }

  /// A mapping with one data rule and what an event of `{"v":…}` becomes by it.
  static func outcome(
    _ field: String, _ rule: MappingRule, _ value: String, headers: [String: String] = [:], key: String = "",
    timestamp: Int64 = -1
  ) throws -> Result<Decoded.Value?, DecodeFault> {
    let mapping = MappingDefinition(
      name: "one",
      envelope: [
        "entity": MappingRule(sources: [.constant("opportunity")]),
        "occurredAt": MappingRule(sources: [.constant("2026-03-02")]),
      ], data: [field: rule])
    let result = try DecoderHarness([mapping]).decode(
      #"{"v":\#(value),"w":"second","n":null}"#, headers: headers.bytes, key: key, timestamp: timestamp)
    if let fault = result.faults.first { return .failure(fault) }
    return .success(try #require(result.events.first).fields[field])
  }

  static let conversions: [(String, MappingConversion, String, Int64)] = [
    ("amount", .automatic, "-12.5e1", -125_000_000), ("amount", .decimal, "\"0.000001\"", 1),
    ("amount", .micros, "42000000000", 42_000_000_000), ("amount", .micros, "\"7\"", 7),
    ("amount", .cents, "1999", 19_990_000), ("amount", .cents, "0.5", 5_000),
    ("amount", .millisecondsToSeconds, "312001", 312_001_000),
    ("amount", .minutesToSeconds, "1.5", 90_000_000),
    ("createdAt", .automatic, "\"2026-03-02T00:15:30.123Z\"", 1_772_410_530_123),
    ("createdAt", .time, "\"2026-03-02 08:15:30\"", 1_772_410_530_000),
    ("createdAt", .date, "\"2026-03-02\"", 1_772_380_800_000),
    ("createdAt", .epochMillis, "1772410530123", 1_772_410_530_123),
    ("createdAt", .epochMillis, "\"1772410530123\"", 1_772_410_530_123),
    ("createdAt", .epochSeconds, "1772410530.5", 1_772_410_530_500),
    ("createdAt", .epochSeconds, "1772410530.1239999", 1_772_410_530_123),
    ("createdAt", .epochMillis, "\"1772410530123.9\"", 1_772_410_530_123),
    ("newCustomer", .automatic, "false", 0), ("newCustomer", .automatic, "\"true\"", 1),
    ("newCustomer", .boolean, "\"yes\"", 1), ("newCustomer", .boolean, "0", 0),
  ]

  @Test(arguments: conversions)
  func converts(field: String, conversion: MappingConversion, value: String, expected: Int64) throws {
    let rule = MappingRule(sources: [.pointer("/v")], conversion: conversion)
    #expect(try Self.outcome(field, rule, value) == .success(.number(expected)))
  }

  @Test(arguments: [
    ("amount", MappingConversion.micros, "0.5", RejectReason.tooManyDecimals),
    ("amount", .cents, "0.00001", .tooManyDecimals), ("amount", .minutesToSeconds, "9e12", .numberOutOfRange),
    ("createdAt", .date, "\"2026-03-02T00:00:00Z\"", .wrongType),
    ("createdAt", .epochMillis, "-1", .impossibleTime),
    ("createdAt", .epochMillis, "1e30", .impossibleTime), ("createdAt", .epochSeconds, "\"-\"", .wrongType),
    ("createdAt", .time, "\"2026-02-30T00:00:00Z\"", .impossibleTime),
    ("createdAt", .time, "\"2026-02-20T00:00:00+99:00\"", .impossibleTime),
    ("createdAt", .time, "\"2026-02-30\"", .impossibleTime),
    ("createdAt", .time, "\"2026-02-3x\"", .wrongType),
    ("newCustomer", .automatic, "\"yes\"", .wrongType), ("newCustomer", .boolean, "2", .wrongType),
    ("kind", .automatic, "[]", .wrongType),
  ])
  func refuses(field: String, conversion: MappingConversion, value: String, reason: RejectReason) throws {
    let rule = MappingRule(sources: [.pointer("/v")], conversion: conversion)
    guard case .failure(let fault) = try Self.outcome(field, rule, value) else {
      Issue.record("\(value) was accepted as \(conversion)")
      return
    }
    #expect(fault.reason == reason && fault.detail.hasPrefix("/v: "), "\(fault.detail)")
  }

  @Test func textIsTakenFromNumbersAndBooleans() throws {
    for (value, text) in [("17", "17"), ("true", "true"), ("1.50", "1.50")] {
      #expect(try Self.outcome("kind", Self.rule("/v"), value) == .success(.text(text)))
    }
  }

  /// Many sources have no null.
  @Test func anEmptyTextClears() throws {
    for (field, conversion) in [
      ("kind", MappingConversion.automatic), ("amount", .decimal), ("amount", .cents), ("createdAt", .time),
      ("createdAt", .epochSeconds), ("newCustomer", .boolean),
    ] {
      let rule = MappingRule(sources: [.pointer("/v")], conversion: conversion)
      #expect(try Self.outcome(field, rule, "\"\"") == .success(.cleared))
      #expect(try Self.outcome(field, rule, "null") == .success(.cleared))
    }
  }

  @Test func sourcesBesideTheEvent() throws {
    func text(_ sources: [MappingSource], join: String? = nil) throws -> Decoded.Value? {
      try Self.outcome(
        "kind", MappingRule(sources: sources, joinSeparator: join), "\"first\"", headers: ["x-kind": "Ünder"],
        key: "k-1", timestamp: 1_772_410_530_123
      ).get()
    }
    #expect(try text([.header("x-kind")]) == .text("Ünder"))
    #expect(try text([.recordKey]) == .text("k-1"))
    #expect(try text([.topic]) == .text("events"))
    #expect(try text([.recordTimestamp]) == .text("1772410530123"))
    #expect(try text([.constant("c")]) == .text("c"))
    #expect(try text([.header("none"), .pointer("/n"), .pointer("/w")]) == .text("second"))
    #expect(try text([.header("none"), .pointer("/n")]) == .cleared)
    #expect(try text([.header("none")]) == nil)
    #expect(
      try text([.topic, .recordTimestamp, .pointer("/v")], join: " <----------> ")
        == .text("events <----------> 1772410530123 <----------> first"))
    #expect(try text([.topic, .pointer("/n")], join: "-") == nil)
    let time = MappingRule(sources: [.pointer("/absent"), .recordTimestamp])
    #expect(
      try Self.outcome("createdAt", time, "1", timestamp: 1_772_410_530_123)
        == .success(.number(1_772_410_530_123)))
    #expect(try Self.outcome("createdAt", time, "1") == .success(nil))
  }

  @Test func lookupsAndNull() throws {
    func text(_ value: String, default fallback: String?, isNullAbsent: Bool = false) throws -> Decoded.Value?
    {
      try Self.outcome(
        "kind",
        MappingRule(
          sources: [.pointer("/v")],
          lookup: ["a": "A", "7": "seven", "true": "yes", "longer than eight": "L"],
          lookupDefault: fallback, isNullAbsent: isNullAbsent), value
      ).get()
    }
    #expect(try text("\"a\"", default: nil) == .text("A"))
    #expect(try text("7", default: nil) == .text("seven"))
    #expect(try text("true", default: nil) == .text("yes"))
    #expect(try text("\"longer than eight\"", default: nil) == .text("L"))
    #expect(try text("\"b\"", default: nil) == nil)
    #expect(try text("\"b\"", default: "other") == .text("other"))
    #expect(try text("null", default: "other") == .cleared)
    #expect(try text("null", default: "other", isNullAbsent: true) == nil)
    let plain = MappingRule(sources: [.pointer("/v")], isNullAbsent: true)
    #expect(try Self.outcome("amount", plain, "null") == .success(nil))
  }

  @Test func conditionsChooseAmongMappings() throws {
    func mapping(_ kind: String, _ conditions: [MappingCondition]) -> MappingDefinition {
      MappingDefinition(
        name: kind, topics: ["events"], conditions: conditions,
        envelope: [
          "entity": MappingRule(sources: [.constant("activity")]),
          "occurredAt": MappingRule(sources: [.constant("2026-03-02")]),
        ], data: ["kind": MappingRule(sources: [.constant(kind)])])
    }
    let harness = try DecoderHarness([
      mapping("number", [MappingCondition(source: .pointer("/v"), test: .equalsOneOf(["1", "true"]))]),
      mapping(
        "header",
        [
          MappingCondition(source: .header("x"), test: .exists),
          MappingCondition(source: .pointer("/v"), test: .absent),
        ]), mapping("exists", [MappingCondition(source: .pointer("/v"), test: .exists)]),
    ])
    func kind(_ text: String, _ headers: [String: String] = [:]) -> Decoded.Value? {
      harness.decode(text, headers: headers.bytes).events.first?.fields["kind"]
    }
    #expect(kind(#"{"v":1}"#) == .text("number"))
    #expect(kind(#"{"v":true}"#) == .text("number"))
    #expect(kind(#"{"v":2}"#, ["x": ""]) == .text("exists"))
    #expect(kind(#"{"v":null}"#, ["x": ""]) == .text("header"))
    #expect(kind(#"{"v":null}"#) == nil)
  }

  @Test func longJoinsAreRefused() throws {
    let long = String(repeating: "x", count: 20_000)
    let rule = MappingRule(sources: [.pointer("/v"), .pointer("/w")], joinSeparator: "-")
    #expect(throws: DecodeFault.self) { try Self.outcome("kind", rule, "\"\(long)\"").get() }
  }

  @Test(arguments: [
    (
      ["entity": "deal"], ["kind": "/v"],
      "mapping m: there is no entity deal; entities are activity, opportunity, survey_response"
    ),
    (["entity": "activity"], ["colour": "/v"], "mapping m: there is no field colour; fields are "),
    (
      ["entity": "activity"], ["kind": "v"],
      "mapping m: \"v\" is no JSON Pointer; it must begin with /, and ~ is written ~0"
    ),
    (["entity": "activity", "when": "now"], [:], "mapping m: there is no member when; members are "),
    ([:], [:], "mapping m: entity needs a rule, such as a constant"),
  ])
  func unfitMappingsAreNamed(envelope: [String: String], data: [String: String], message: String) throws {
    var rules = envelope.mapValues { MappingRule(sources: [.constant($0)]) }
    rules["occurredAt"] = Self.rule("/time")
    let mapping = MappingDefinition(name: "m", envelope: rules, data: data.mapValues { Self.rule($0) })
    do {
      _ = try DecoderHarness([mapping])
      Issue.record("the mapping was accepted")
    } catch let fault as FormatFault {
      #expect(fault.description.hasPrefix(message), "\(fault)")
    }
  }

  @Test func conversionsMustFitTheField() throws {
    let rule = MappingRule(sources: [.pointer("/v")], conversion: .cents)
    #expect(
      throws: FormatFault(
        "mapping one: data.createdAt is a time and cannot be read as cents; auto, time, epoch_ms, epoch_s, date can"
      )
    ) { try Self.outcome("createdAt", rule, "1") }
  }
}
