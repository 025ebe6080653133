/// The id of one thing: a text alone, or a text followed by a number.
struct Identifier: Sendable, Equatable {
  let text: String
  /// Not negative; nil for a text alone.
  let number: Int64?

  init(_ text: String, _ number: Int64? = nil) {
    self.text = text
    self.number = number
  }

  func write(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: text.utf8)
    if let number { DecimalDigits.append(number, to: &bytes) }
  }
}
