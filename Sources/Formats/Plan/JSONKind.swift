import CSimdjson

/// What a value is: the parser's kinds, and those of values that do not come from the JSON text.
enum JSONKind {
  static var absent: UInt8 { NADI_JSON_ABSENT.rawValue }
  static var null: UInt8 { NADI_JSON_NULL.rawValue }
  static var string: UInt8 { NADI_JSON_STRING.rawValue }
  static var number: UInt8 { NADI_JSON_NUMBER.rawValue }
  static var isTrue: UInt8 { NADI_JSON_TRUE.rawValue }
  static var isFalse: UInt8 { NADI_JSON_FALSE.rawValue }
  static var object: UInt8 { NADI_JSON_OBJECT.rawValue }
  static var array: UInt8 { NADI_JSON_ARRAY.rawValue }
  /// Digits that count milliseconds since the Unix epoch: the record's timestamp.
  static var timestamp: UInt8 { 100 }
  /// A header or key that is not valid UTF-8.
  static var invalid: UInt8 { 101 }
  /// A joined text that is longer than any text may be.
  static var overlong: UInt8 { 102 }
}

typealias JSONValue = nadi_json_value

extension nadi_json_value {
  static var absent: JSONValue { JSONValue() }

  init(text start: UnsafeRawPointer, count: Int, kind: UInt8 = JSONKind.string) {
    self.init(
      data: start.assumingMemoryBound(to: CChar.self), length: UInt32(truncatingIfNeeded: count), kind: kind)
  }

  init(kind: UInt8) { self.init(data: nil, length: 0, kind: kind) }
}
