/// Appends numbers and dates as ASCII digits.
enum DecimalDigits {
  private static let zero = UInt8(ascii: "0")

  static func append(_ value: Int64, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let start = bytes.count
    repeat {
      bytes.append(zero + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    var left = start
    var right = bytes.count - 1
    while left < right {
      bytes.swapAt(left, right)
      left += 1
      right -= 1
    }
  }

  /// Exactly `width` digits of a number that has no more and is not negative.
  static func append(_ value: Int64, width: Int, to bytes: inout [UInt8]) {
    var divisor: Int64 = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      bytes.append(zero + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }

  static func appendHundredths(_ value: Int64, to bytes: inout [UInt8]) {
    append(value / 100, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    append(value % 100, width: 2, to: &bytes)
  }

  static func append(_ date: CivilDay, to bytes: inout [UInt8]) {
    append(date.year, width: 4, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    append(date.month, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    append(date.day, width: 2, to: &bytes)
  }

  /// An instant in milliseconds since the Unix epoch, as RFC 3339 in UTC.
  static func append(instant: Int64, to bytes: inout [UInt8]) {
    let day = WorkHours(offsetMillis: 0).localDay(instant)
    let millis = instant - day * Length.day
    append(CivilDay(daysSinceEpoch: day), to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    append(millis / Length.hour, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    append(millis / Length.minute % 60, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    append(millis / Length.second % 60, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    append(millis % Length.second, width: 3, to: &bytes)
    bytes.append(UInt8(ascii: "Z"))
  }
}
