import Core

/// Records that must not count, one of each kind, with the reason that must be given.
struct Poison: Sendable {
  let name: String
  let value: [UInt8]
  let reason: RejectReason

  private init(_ name: String, _ text: String, _ reason: RejectReason) {
    self.init(name, Array(text.utf8), reason)
  }

  private init(_ name: String, _ value: [UInt8], _ reason: RejectReason) {
    self.name = name
    self.value = value
    self.reason = reason
  }

  private static func event(_ data: String, _ more: String = #","occurredAt":"2025-03-03T01:00:00Z""#)
    -> String
  {
    #"{"id":"poison","entity":"opportunity","op":"upsert","entityId":"p"\#(more),"data":{\#(data)}}"#
  }

  static let kinds = [
    Poison("empty", "", .notJSON),
    Poison("cut off", #"{"id":"#, .notJSON),
    Poison("prose", "call me back tomorrow", .notJSON),
    Poison("more behind it", event("") + "}} and more", .notJSON),
    Poison("not a number", event(#""amount":NaN"#), .notJSON),
    Poison("bytes that are no text", Array(#"{"id":""#.utf8) + [0xFF] + Array(#""}"#.utf8), .invalidUTF8),
    Poison("a list of numbers", "[1,2,3]", .notAnObject),
    Poison("a number", "42", .notAnObject),
    Poison(
      "nested 2,000 deep",
      String(repeating: "[", count: 2_000) + String(repeating: "]", count: 2_000), .tooDeep),
    Poison("two megabytes", event(#""name":"\#(String(repeating: "x", count: 2 << 20))""#), .tooLarge),
    Poison("something else", #"{"hello":"world"}"#, .noMapping),
    Poison(
      "unknown entity", #"{"entity":"llama","occurredAt":"2025-03-03T01:00:00Z","data":{}}"#, .unknownEntity),
    Poison(
      "unknown operation",
      #"{"entity":"activity","op":"explode","occurredAt":"2025-03-03T01:00:00Z","data":{}}"#,
      .unknownOperation),
    Poison("no time", event("", ""), .missingField),
    Poison(
      "no key",
      #"{"entity":"opportunity","op":"upsert","occurredAt":"2025-03-03T01:00:00Z","data":{"status":"open"}}"#,
      .missingField),
    Poison("a time that is none", event("", #","occurredAt":"yesterday""#), .wrongType),
    Poison("before 1970", event("", #","occurredAt":"1969-12-31T23:59:59Z""#), .impossibleTime),
    Poison("the year 9999", event("", #","occurredAt":"9999-12-31T23:59:59Z""#), .impossibleTime),
    Poison("the far future", event("", #","occurredAt":"2199-12-31T23:59:59Z""#), .fromTheFuture),
    Poison("an amount that is an object", event(#""amount":{"a":1}"#), .wrongType),
    Poison(
      "an amount of 60 digits", event(#""amount":\#(String(repeating: "9", count: 60))"#), .numberOutOfRange),
    Poison("seven decimals", event(#""amount":"0.1234567""#), .tooManyDecimals),
    Poison("a long name", event(#""ownerId":"\#(String(repeating: "y", count: 300))""#), .keyTooLong),
  ]
}
