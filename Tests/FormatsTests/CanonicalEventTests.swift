import Core
import Foundation
import Testing

@testable import Formats

@Suite struct CanonicalEventTests {
  /// 2026-03-02T00:15:30.000Z.
  static let time: Int64 = 1_772_410_530_000

  @Test func readsEnvelopeAndData() throws {
    let harness = try DecoderHarness()
    let result = harness.decode(
      """
      {"id":"e-1","entity":"opportunity","op":"snapshot","entityId":17,"occurredAt":"2026-03-02T08:15:30+08:00",
       "version":"42","actorId":"rep-2","unknown":{"deep":[1,2]},
       "data":{"ownerId":"rép \\"1\\"","amount":12.5,"newCustomer":true,"createdAt":"2026-03-02","kind":null}}
      """)
    let event = try #require(result.events.first)
    #expect(result.count == 1 && result.faults.isEmpty && result.headersAsked.isEmpty)
    #expect(event.entity == "opportunity" && event.operation == .snapshot)
    #expect(event.id == "e-1" && event.entityId == "17" && event.actorId == "rep-2")
    #expect(event.occurredAt == Self.time && event.order == 42)
    #expect(
      event.fields == [
        "ownerId": .text("rép \"1\""), "amount": .number(12_500_000), "newCustomer": .number(1),
        // The start of the day in Kuala Lumpur.
        "createdAt": .number(1_772_380_800_000), "kind": .cleared,
      ])
  }

  @Test func absentMembersStayAbsent() throws {
    let harness = try DecoderHarness()
    _ = harness.decode(
      #"{"entity":"activity","occurredAt":"2026-03-02T00:15:30Z","entityId":"a","id":"i","data":{"kind":"call"}}"#
    )
    let result = harness.decode(
      #"{"entity":"activity","occurredAt":"2026-03-02T00:15:30Z","id":null,"data":{"status":"done"}}"#)
    let event = try #require(result.events.first)
    #expect(event.operation == .upsert)
    #expect(event.id == nil && event.entityId == nil && event.actorId == nil)
    #expect(event.order == event.occurredAt)
    #expect(event.fields == ["status": .text("done")])
  }

  @Test(arguments: [
    (#""teamIds":["t-1","t-2"]"#, Decoded.Value.text("t-1")),
    (#""teamId":"t-0","teamIds":["t-1"]"#, .text("t-0")),
    (#""teamIds":[],"teamId":null"#, .cleared),
  ])
  func teamComesFromEitherMember(data: String, expected: Decoded.Value) throws {
    let result = try DecoderHarness().decode(
      #"{"entity":"activity","occurredAt":"2026-03-02T00:15:30Z","data":{\#(data)}}"#)
    #expect(result.events.first?.fields["teamId"] == expected)
  }

  @Test(arguments: ["delete", "restore", "merge", "refetch"])
  func someOperationsNeedNoData(operation: String) throws {
    for data in ["", #","data":null"#] {
      let result = try DecoderHarness().decode(
        #"{"entity":"activity","op":"\#(operation)","entityId":"a","occurredAt":"2026-03-02T00:15:30Z"\#(data)}"#
      )
      #expect(result.events.first.map { "\($0.operation)" } == operation)
      #expect(result.events.first?.fields.isEmpty == true)
    }
  }

  @Test(arguments: [
    ("7", Int64(7)), ("\"007\"", 7), ("-3", -3), ("\"9223372036854775807\"", .max),
    ("\"-9223372036854775808\"", .min), ("null", time),
  ])
  func versionsAreWholeNumbers(version: String, order: Int64) throws {
    let result = try DecoderHarness().decode(
      #"{"entity":"activity","occurredAt":"2026-03-02T00:15:30Z","version":\#(version),"data":{}}"#)
    #expect(result.events.first?.order == order)
  }

  @Test func everyElementIsJudgedOnItsOwn() throws {
    let good = #"{"id":"a","entity":"activity","occurredAt":"2026-03-02T00:15:30Z","data":{"amount":1}}"#
    let bad = #"{"id":"b","entity":"activity","occurredAt":"2026-03-02T00:15:30Z","data":{"amount":"x"}}"#
    let result = try DecoderHarness().decode("[\(good),\(bad),{},\(good)]")
    #expect(result.count == 4)
    #expect(result.isAccepted == [true, false, false, true])
    #expect(result.faults.map(\.reason) == [.wrongType, .noMapping])
    #expect(result.events[1].fields == ["amount": .number(1_000_000)])
  }

  @Test func tombstonesAndEmptyArraysHaveNoEvents() throws {
    let harness = try DecoderHarness()
    #expect(harness.decode([], isTombstone: true).count == 0)
    let empty = harness.decode("[ ]")
    #expect(empty.count == 0 && empty.faults.isEmpty)
  }

  @Test func anEventWithEveryFieldAsAnArrayIsRefusedNotTrapped() throws {
    let harness = try DecoderHarness()
    for member in ["id", "entity", "op", "entityId", "occurredAt", "version", "actorId", "data"] {
      for value in ["[]", "{}", "[[{\"a\":1}]]"] where !(member == "data" && value == "{}") {
        var members = ["entity": "\"activity\"", "occurredAt": "\"2026-03-02T00:15:30Z\"", "data": "{}"]
        members[member] = value
        let text = "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
        let result = harness.decode(text)
        #expect(result.faults.map(\.reason) == [.wrongType], "\(text)")
      }
    }
  }
}
