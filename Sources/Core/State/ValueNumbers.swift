/// Distinct field values, each with a number of half its size.
struct ValueNumbers: ~Copyable {
  /// The number of a field that was never written; its value is `FieldValue.absent`.
  static let unwritten: UInt32 = 0
  /// The number of `FieldValue.absent`.
  static let absent: UInt32 = 1

  private var values = FlatArray<Int64>()
  private var index = IndexTable()

  init() { values.append(repeating: FieldValue.absent, count: 2) }

  var count: Int { values.count }

  /// Memory that is allocated, in bytes.
  var byteCount: Int { values.byteCount + index.byteCount }

  @inline(__always)
  subscript(number: UInt32) -> Int64 { values[Int(number)] }

  /// The number of a value, a new one if there was none.
  mutating func number(of value: Int64) -> UInt32 {
    if value == FieldValue.absent { return Self.absent }
    let known = values.base
    let next = values.count
    let found = index.find(
      UInt64(bitPattern: value), orInsert: next,
      hashOf: { UInt64(bitPattern: $0 == next ? value : known[$0]) }, isEqual: { known[$0] == value })
    if found >= 0 { return UInt32(found) }
    values.append(value)
    return UInt32(next)
  }
}
