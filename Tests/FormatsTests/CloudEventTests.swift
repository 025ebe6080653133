import Core
import Testing

@testable import Formats

@Suite struct CloudEventTests {
  static let attributes = [
    "ce_specversion": "1.0", "ce_type": "com.acme.sales.activity.v1", "ce_source": "/dialer/eu-1",
    "ce_id": "01J9Z7Q0Y4K3", "ce_time": "2026-03-02T08:15:30+08:00", "ce_subject": "call/88121",
    "ce_partitionkey": "rep-17", "content-type": "application/json",
  ]

  @Test func binaryMode() throws {
    let result = try DecoderHarness().decode(
      #"{"activityId":"88121","kind":"call","direction":"outbound","status":"completed","ownerId":"rep-17","durationSec":312}"#,
      headers: Self.attributes.bytes)
    let event = try #require(result.events.first)
    #expect(event.entity == "activity" && event.operation == .upsert)
    #expect(event.id == "/dialer/eu-1#01J9Z7Q0Y4K3" && event.entityId == "88121")
    #expect(event.occurredAt == CanonicalEventTests.time && event.order == event.occurredAt)
    #expect(
      event.fields == [
        "kind": .text("call"), "status": .text("completed"), "ownerId": .text("rep-17"),
        "durationSec": .number(312_000_000),
      ])
  }

  /// Without a source, which is required, an event is still told apart by its id.
  @Test func anEventWithoutSourceHasItsIdAlone() throws {
    for source in ["", #""source":null,"#, #""source":"","#] {
      let result = try DecoderHarness().decode(
        #"{"specversion":"1.0","type":"activity",\#(source)"id":"i","time":"2026-03-02T01:00:00Z","data":{}}"#
      )
      #expect(result.events.first?.id == "i")
    }
  }

  @Test func anEmptyIdInTheDataLeavesItToTheSubject() throws {
    let result = try DecoderHarness().decode(
      #"{"specversion":"1.0","type":"opportunity","source":"s","id":"i","time":"2026-03-02T01:00:00Z","subject":"deals/Z","data":{"entityId":""}}"#
    )
    #expect(result.events.first?.entityId == "Z")
  }

  static let structured = #"""
    {"specversion":"1.0","type":"com.acme.sales.activity.v1","source":"/calendar","id":"evt-5521",
     "time":"2026-03-02T01:00:00Z","datacontenttype":"application/json",
     "data":{"activityId":"m-771","kind":"meeting","status":"scheduled","ownerId":"rep-17",
             "startAt":"2026-03-05T02:00:00Z","endAt":"2026-03-05T02:45:00Z"}}
    """#

  @Test(arguments: ["application/cloudevents+json; charset=UTF-8", nil])
  func structuredMode(contentType: String?) throws {
    let headers = contentType.map { ["content-type": $0].bytes } ?? [:]
    let result = try DecoderHarness().decode(Self.structured, headers: headers)
    let event = try #require(result.events.first)
    #expect(event.entity == "activity" && event.entityId == "m-771" && event.id == "/calendar#evt-5521")
    #expect(
      event.fields == [
        "kind": .text("meeting"), "status": .text("scheduled"), "ownerId": .text("rep-17"),
        "startAt": .number(1_772_676_000_000),
      ])
  }

  @Test(arguments: [
    ("com.acme.opportunity.deleted", "opportunity", Operation.delete),
    ("Opportunity.Merged.v2", "opportunity", .merge), ("opportunity.merge", "opportunity", .merge),
    ("x.survey-response.undeleted", "survey_response", .restore),
    ("survey_response", "survey_response", .upsert),
    ("a.activity.opportunity.refetch", "activity", .refetch), ("snapshot.activity", "activity", .snapshot),
  ])
  func typeNamesEntityAndOperation(type: String, entity: String, operation: Operation) throws {
    let result = try DecoderHarness().decode(
      #"{"specversion":"1.0","type":"\#(type)","source":"s","id":"i","time":"2026-03-02T01:00:00Z","data":{}}"#
    )
    #expect(result.events.first?.entity == entity)
    #expect(result.events.first?.operation == operation)
  }

  @Test func typesMayAlternate() throws {
    let harness = try DecoderHarness()
    let long = String(repeating: "x", count: 140)
    let types: [(String, String?, Operation)] = [
      ("activity.12345678.restore", "activity", .restore), ("activity.12345678.deleted", "activity", .delete),
      ("activity.12345678.written", "activity", .upsert), ("invoices.12345678.deleted", nil, .upsert),
      ("\(long).activity.deleted", "activity", .delete),
      ("\(long).opportunity.merged", "opportunity", .merge),
      ("activity", "activity", .upsert), ("ACTIVITY", "activity", .upsert),
    ]
    for (type, entity, operation) in types + types.reversed() + types {
      let event = harness.decode(
        #"{"specversion":"1.0","type":"\#(type)","source":"s","id":"i","time":"2026-03-02T01:00:00Z","data":{}}"#
      ).events.first
      #expect(event?.entity == entity && event?.operation == (entity == nil ? nil : operation), "\(type)")
    }
  }

  @Test func entityIdFallsBackToSubjectAndThenToNothing() throws {
    let harness = try DecoderHarness()
    func entityId(_ entity: String, _ subject: String, _ data: String) -> String? {
      harness.decode(
        #"{"specversion":"1.0","type":"\#(entity)","source":"s","id":"i","time":"2026-03-02T01:00:00Z","subject":\#(subject),"data":{\#(data)}}"#
      ).events.first?.entityId
    }
    #expect(entityId("activity", #""a/b/17""#, "") == "17")
    #expect(entityId("activity", #""17""#, #""opportunityId":"o-1""#) == "17")
    #expect(entityId("opportunity", #""a/17""#, #""opportunityId":"o-1""#) == "o-1")
    #expect(entityId("survey_response", #""a/17""#, #""surveyResponseId":5"#) == "5")
    #expect(entityId("survey_response", #""a/17""#, #""surveyResponseId":5,"entityId":"e""#) == "e")
    #expect(entityId("activity", #""a/""#, "") == nil)
    #expect(entityId("activity", "null", "") == nil)
  }

  @Test func canonicalDataTakesWhatItLacksFromTheAttributes() throws {
    let harness = try DecoderHarness()
    let data = #"{"entity":"opportunity","entityId":"o","data":{"amount":"7.5"}}"#
    let structured = harness.decode(
      #"{"specversion":"1.0","type":"any","source":"s","id":"i","time":"2026-03-02T00:15:30Z","data":\#(data)}"#
    )
    let binary = harness.decode(data, headers: Self.attributes.bytes)
    for (result, id) in [(structured, "s#i"), (binary, "/dialer/eu-1#01J9Z7Q0Y4K3")] {
      let event = try #require(result.events.first)
      #expect(event.entity == "opportunity" && event.entityId == "o" && event.id == id)
      #expect(event.occurredAt == CanonicalEventTests.time)
      #expect(event.fields == ["amount": .number(7_500_000)])
    }
  }

  @Test func formatsMayAlternate() throws {
    let harness = try DecoderHarness()
    let canonical = #"{"entity":"activity","occurredAt":"2026-03-02T00:15:30Z","data":{"kind":"call"}}"#
    for _ in 0..<3 {
      #expect(harness.decode(Self.structured).events.first?.fields["kind"] == .text("meeting"))
      #expect(harness.decode(canonical).events.first?.fields["kind"] == .text("call"))
      #expect(
        harness.decode(#"{"kind":"demo"}"#, headers: Self.attributes.bytes).events.first?.fields["kind"]
          == .text("demo"))
    }
    let mixed = harness.decode("[\(canonical),\(Self.structured),\(canonical),{\"x\":1},\(Self.structured)]")
    #expect(
      mixed.events.map { $0.fields["kind"] } == ["call", "meeting", "call", "meeting"].map { .text($0) })
    #expect(mixed.isAccepted == [true, true, true, false, true])
  }

  @Test func faultsNameAttributes() throws {
    let harness = try DecoderHarness()
    var headers = Self.attributes
    headers["ce_time"] = "today"
    #expect(
      harness.decode("{}", headers: headers.bytes).faults == [
        DecodeFault(.wrongType, #"header ce_time: expected a time (RFC 3339), found "today""#)
      ])
    headers["ce_type"] = "com.acme.invoice"
    #expect(
      harness.decode("{}", headers: headers.bytes).faults == [
        DecodeFault(.unknownEntity, #"header ce_type: no part of "com.acme.invoice" names an entity"#)
      ])
    headers["ce_type"] = nil
    #expect(
      harness.decode("{}", headers: headers.bytes).faults == [
        DecodeFault(.missingField, "type is missing: nothing in header ce_type")
      ])
  }
}
