/// Tells a time that cannot be, such as month 13, from text that is no time at all.
enum TimeShape {
  private static let dateShape: StaticString = "0000-00-00"
  private static let clockShape: StaticString = "00:00:00"

  /// Whether the text is written like a date or like a date with a time, whatever its digits say.
  static func isTime(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard matches(text, dateShape, at: 0) else { return false }
    if text.count == 10 { return true }
    guard text.count >= 19, [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(text[10]),
      matches(text, clockShape, at: 11)
    else { return false }
    var index = 19
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index += 1
      let start = index
      while index < text.count, text[index] &- 48 <= 9 { index += 1 }
      guard index > start else { return false }
    }
    guard index < text.count else { return true }
    let rest = text.count - index
    if rest == 1 { return text[index] | 0x20 == UInt8(ascii: "z") }
    guard text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") else { return false }
    if rest == 6 { return matches(text, "00:00", at: index + 1) }
    return rest == 5 && matches(text, "0000", at: index + 1)
  }

  /// Whether digits stand where the shape has zeros, and its other bytes where it has those.
  private static func matches(_ text: UnsafeBufferPointer<UInt8>, _ shape: StaticString, at start: Int)
    -> Bool
  {
    guard start + shape.utf8CodeUnitCount <= text.count else { return false }
    for offset in 0..<shape.utf8CodeUnitCount {
      let expected = shape.utf8Start[offset]
      let found = text[start + offset]
      guard expected == UInt8(ascii: "0") ? found &- 48 <= 9 : found == expected else { return false }
    }
    return true
  }
}
