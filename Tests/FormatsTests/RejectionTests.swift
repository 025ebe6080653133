import Core
import Testing

@testable import Formats

/// One text for each reason that decoding can give, with its message.
@Suite struct RejectionTests {
  static func canonical(_ data: String, _ rest: String = "") -> String {
    #"{"entity":"activity","occurredAt":"2026-03-02T00:15:30Z"\#(rest),"data":{\#(data)}}"#
  }

  static let long = String(repeating: "é", count: 129)

  static let cases: [(text: String, reason: RejectReason, detail: String)] = [
    (canonical(#""amount":"abc""#), .wrongType, #"/data/amount: expected a decimal, found "abc""#),
    (canonical(#""amount":true"#), .wrongType, "/data/amount: expected a decimal, found true"),
    (canonical(#""kind":{"a":1}"#), .wrongType, "/data/kind: expected text, found an object"),
    (canonical(#""external":1"#), .wrongType, "/data/external: expected true or false, found 1"),
    (canonical(#""startAt":17"#), .wrongType, "/data/startAt: expected a time (RFC 3339), found 17"),
    (
      canonical(#""startAt":"soon""#), .wrongType, #"/data/startAt: expected a time (RFC 3339), found "soon""#
    ),
    (canonical("", #","version":"v1""#), .wrongType, #"/version: expected a whole number, found "v1""#),
    (canonical("", #","version":1.5"#), .wrongType, "/version: expected a whole number, found 1.5"),
    (
      #"{"entity":"activity","occurredAt":"2026-03-02T00:15:30Z","data":"x"}"#, .wrongType,
      "/data: expected an object"
    ),
    (
      canonical(#""startAt":"2026-13-01T00:00:00Z""#), .impossibleTime,
      #"/data/startAt: "2026-13-01T00:00:00Z" is no possible time for data.startAt, which is from 1970 to 2200"#
    ),
    (
      canonical(#""startAt":"1969-12-31T23:59:59Z""#), .impossibleTime,
      #"/data/startAt: "1969-12-31T23:59:59Z" is no possible time for data.startAt, which is from 1970 to 2200"#
    ),
    (
      #"{"entity":"activity","occurredAt":"2201-01-01T00:00:01Z","data":{}}"#, .impossibleTime,
      #"/occurredAt: "2201-01-01T00:00:01Z" is no possible time for occurredAt, which is from 1970 to 2200"#
    ),
    (
      canonical(#""amount":1e13"#), .numberOutOfRange, "/data/amount: 1e13 is out of range for data.amount"
    ),
    (
      canonical("", #","version":9223372036854775808"#), .numberOutOfRange,
      "/version: 9223372036854775808 is out of range for version"
    ),
    (
      canonical(#""amount":0.1234567"#), .tooManyDecimals,
      "/data/amount: 0.1234567 has more decimals than data.amount keeps; expected a decimal"
    ),
    (
      canonical(#""kind":"\#(long)""#), .keyTooLong,
      "/data/kind: the text for data.kind is longer than 256 bytes: \"\(String(repeating: "é", count: 30))…\""
    ),
    (
      #"{"entity":"deal","occurredAt":"2026-03-02T00:15:30Z","data":{}}"#, .unknownEntity,
      #"/entity: "deal" is no entity; entities are activity, opportunity, survey_response"#
    ),
    (
      canonical("", #","op":"create""#), .unknownOperation,
      #"/op: "create" is no operation; operations are upsert, delete, restore, merge, snapshot, refetch"#
    ),
    (
      #"{"entity":null,"occurredAt":"2026-03-02T00:15:30Z","data":{}}"#, .missingField,
      "entity is missing: nothing in /entity"
    ),
    (
      #"{"entity":"activity","data":{}}"#, .missingField,
      "occurredAt is missing: nothing in /occurredAt, header ce_time"
    ),
    (
      #"{"entity":"activity","op":"upsert","occurredAt":"2026-03-02T00:15:30Z"}"#, .missingField,
      "/data: is missing"
    ),
    (
      #"{"a":1}"#, .noMapping,
      "no mapping of the topic applies, and it is no CloudEvent and no canonical event, which has /entity"
    ),
  ]

  @Test(arguments: cases)
  func namesWhatIsWrong(text: String, reason: RejectReason, detail: String) throws {
    let result = try DecoderHarness().decode(text)
    #expect(result.count == 1 && result.events.isEmpty)
    #expect(result.faults == [DecodeFault(reason, detail)])
  }

  @Test(arguments: [
    ("{\"a\":", RejectReason.notJSON), ("", .notJSON), ("  ", .notJSON), ("nope", .notJSON),
    ("17", .notAnObject),
    ("[{},1]", .notAnObject), ("{\"a\":[[[[1]]]]}", .tooDeep),
    ("{\"a\":\"" + String(repeating: "x", count: 200) + "\"}", .tooLarge),
  ])
  func wholeRecordsAreRefusedOnce(text: String, reason: RejectReason) throws {
    let harness = try DecoderHarness(maximumBytes: 128, maximumDepth: 4)
    let result = harness.decode(text)
    #expect(result.count == 1 && result.events.isEmpty)
    #expect(result.faults.map(\.reason) == [reason])
    #expect(result.faults.allSatisfy { !$0.detail.isEmpty })
    // The next record is none the worse for it.
    let next = harness.decode(#"{"entity":"activity","occurredAt":"2026-03-02T00:15:30Z","data":{}}"#)
    #expect(next.events.count == 1)
  }

  @Test func longKeysAreRefused() throws {
    let harness = try DecoderHarness(maximumKeyBytes: 20)
    let text = #"[{"entity":"activity","occurredAt":"2026-03-02T00:15:30Z","data":{}},{}]"#
    #expect(harness.decode(text, key: String(repeating: "k", count: 20)).events.count == 1)
    let result = harness.decode(text, key: String(repeating: "k", count: 21))
    #expect(result.count == 1 && result.events.isEmpty)
    #expect(
      result.faults == [
        DecodeFault(.keyTooLong, "the record's key has 21 bytes, at most 20 are taken")
      ])
    let key = [UInt8](repeating: 0x6B, count: 21)
    #expect(harness.decode([], key: key, isTombstone: true).count == 0, "a tombstone says nothing anyway")
    #expect(harness.decode(text, key: "k").events.count == 1)
  }

  @Test func invalidUTF8IsRefused() throws {
    let harness = try DecoderHarness()
    #expect(
      harness.decode([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]).faults.map(\.reason) == [.invalidUTF8])
    let result = harness.decode(
      Array(#"{"kind":"call"}"#.utf8),
      headers: [
        "ce_specversion": [0x31], "ce_type": Array("activity".utf8),
        "ce_time": Array("2026-03-02T00:15:30Z".utf8),
        "ce_id": [0xC3, 0x28], "ce_source": [0x61],
      ])
    #expect(
      result.faults == [
        DecodeFault(.invalidUTF8, "header ce_source, header ce_id: the bytes for id are not valid UTF-8")
      ])
  }

  @Test func reasonsThatOnlyTheCoreGivesAreTheOnlyOnesLeft() {
    let given = Set(Self.cases.map(\.reason)).union([
      .notJSON, .notAnObject, .tooDeep, .tooLarge, .invalidUTF8,
    ])
    #expect(Set(RejectReason.allCases).subtracting(given) == [.fromTheFuture])
  }
}
