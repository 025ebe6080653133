import Core

/// Numbers as decimal text.
extension ByteWriter {
  /// The most bytes that a number takes: 39 digits, sign, point and quotes.
  static let numberCapacity = 48

  /// A JSON number, or null; `isMoney` makes it a string with two to six decimals.
  @inline(__always)
  mutating func write(_ number: PublishedNumber, isMoney: Bool) {
    guard !number.isNull else { return write("null") }
    if isMoney { write(byte: UInt8(ascii: "\"")) }
    write(millionths: number.millionths, leastDecimals: isMoney ? 2 : 0)
    if isMoney { write(byte: UInt8(ascii: "\"")) }
  }

  /// As many decimals as needed, and at least some.
  @inline(__always)
  mutating func write(millionths: Int128, leastDecimals: Int) {
    if let small = Int64(exactly: millionths) {
      if small < 0 { write(byte: UInt8(ascii: "-")) }
      let (whole, fraction) = small.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
      write(whole)
      write(fraction: UInt32(truncatingIfNeeded: fraction), leastDecimals: leastDecimals)
    } else {
      write(wideMillionths: millionths, leastDecimals: leastDecimals)
    }
  }

  @inline(never)
  private mutating func write(wideMillionths millionths: Int128, leastDecimals: Int) {
    if millionths < 0 { write(byte: UInt8(ascii: "-")) }
    let (whole, fraction) = millionths.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
    // The magnitude has at most 39 digits, so the whole part has at most 33: two parts of up to 19.
    let half: UInt128 = 10_000_000_000_000_000_000
    let (high, low) = whole.quotientAndRemainder(dividingBy: half)
    if high > 0 {
      write(UInt64(truncatingIfNeeded: high))
      var digits = UInt64(truncatingIfNeeded: low)
      for place in stride(from: 18, through: 0, by: -1) {
        (cursor + place).pointee = UInt8(truncatingIfNeeded: 48 + digits % 10)
        digits /= 10
      }
      advance(by: 19)
    } else {
      write(UInt64(truncatingIfNeeded: low))
    }
    write(fraction: UInt32(truncatingIfNeeded: fraction), leastDecimals: leastDecimals)
  }

  /// A whole number.
  @inline(__always)
  mutating func write(_ number: UInt64) {
    if number < 10 { return write(byte: UInt8(truncatingIfNeeded: 48 &+ number)) }
    var length = 2
    var limit: UInt64 = 100
    while length < 20, number >= limit {
      length += 1
      if length == 20 { break }
      limit &*= 10
    }
    var rest = number
    var place = length
    while place > 0 {
      place -= 1
      let tenth = rest / 10
      (cursor + place).pointee = UInt8(truncatingIfNeeded: 48 &+ rest &- tenth &* 10)
      rest = tenth
    }
    advance(by: length)
  }

  /// Point and decimals of a number of millionths below one million, without zeros at the end.
  @inline(__always)
  private mutating func write(fraction: UInt32, leastDecimals: Int) {
    guard fraction != 0 || leastDecimals > 0 else { return }
    write(byte: UInt8(ascii: "."))
    var rest = fraction
    var decimals = leastDecimals
    for place in stride(from: 5, through: 0, by: -1) {
      let tenth = rest / 10
      let digit = rest &- tenth &* 10
      if digit != 0, place >= decimals { decimals = place + 1 }
      (cursor + place).pointee = UInt8(truncatingIfNeeded: 48 &+ digit)
      rest = tenth
    }
    advance(by: decimals)
  }
}
