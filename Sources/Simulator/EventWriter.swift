/// Writes one canonical event as JSON; names and texts must need no escape.
struct EventWriter {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  init() {
    bytes.reserveCapacity(480)
    bytes.append(UInt8(ascii: "{"))
  }

  private mutating func name(_ name: String) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  mutating func text(_ name: String, _ value: String) {
    self.name(name)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: value.utf8)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func texts(_ name: String, _ values: [String]) {
    self.name(name)
    bytes.append(UInt8(ascii: "["))
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(UInt8(ascii: "\""))
      bytes.append(contentsOf: value.utf8)
      bytes.append(UInt8(ascii: "\""))
    }
    bytes.append(UInt8(ascii: "]"))
  }

  mutating func identifier(_ name: String, _ value: Identifier) {
    self.name(name)
    bytes.append(UInt8(ascii: "\""))
    value.write(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func integer(_ name: String, _ value: Int64) {
    self.name(name)
    DecimalDigits.append(value, to: &bytes)
  }

  mutating func boolean(_ name: String, _ value: Bool) {
    self.name(name)
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  mutating func null(_ name: String) {
    self.name(name)
    bytes.append(contentsOf: "null".utf8)
  }

  /// A number with two decimal places, given in hundredths, which must not be negative.
  mutating func hundredths(_ name: String, _ value: Int64) {
    self.name(name)
    DecimalDigits.appendHundredths(value, to: &bytes)
  }

  /// An amount of money as a decimal string, given in hundredths, which must not be negative.
  mutating func money(_ name: String, hundredths value: Int64) {
    self.name(name)
    bytes.append(UInt8(ascii: "\""))
    DecimalDigits.appendHundredths(value, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// A decimal string with six decimal places, given in millionths, which must not be negative.
  mutating func decimal(_ name: String, millionths value: Int64) {
    self.name(name)
    bytes.append(UInt8(ascii: "\""))
    DecimalDigits.append(value / 1_000_000, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    DecimalDigits.append(value % 1_000_000, width: 6, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// An instant in milliseconds since the Unix epoch, as RFC 3339 in UTC.
  mutating func time(_ name: String, _ value: Int64) {
    self.name(name)
    bytes.append(UInt8(ascii: "\""))
    DecimalDigits.append(instant: value, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// A date, given in days since 1970-01-01.
  mutating func date(_ name: String, day: Int64) {
    self.name(name)
    bytes.append(UInt8(ascii: "\""))
    DecimalDigits.append(CivilDay(daysSinceEpoch: day), to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Opens the `data` object; later members go into it.
  mutating func beginData() {
    name("data")
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
  }

  /// Closes the `data` object and the event.
  mutating func endEvent() {
    bytes.append(UInt8(ascii: "}"))
    bytes.append(UInt8(ascii: "}"))
  }
}
