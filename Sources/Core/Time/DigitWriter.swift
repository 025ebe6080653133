/// Writes digits and separators to memory that the caller has measured; it does not check bounds.
struct DigitWriter {
  private let base: UnsafeMutablePointer<UInt8>
  private(set) var count = 0

  init(_ base: UnsafeMutablePointer<UInt8>) {
    self.base = base
  }

  @inline(__always)
  mutating func write(byte: UInt8) {
    base[count] = byte
    count &+= 1
  }

  /// A number from 0 to 99.
  @inline(__always)
  mutating func write(twoDigits number: UInt32) {
    // A tenth, exact up to 1,028: cheaper than a division.
    let tens = (number &* 103) >> 10
    base[count] = UInt8(truncatingIfNeeded: 48 &+ tens)
    base[count &+ 1] = UInt8(truncatingIfNeeded: 48 &+ number &- tens &* 10)
    count &+= 2
  }

  /// A number from 0 to 999.
  @inline(__always)
  mutating func write(threeDigits number: UInt32) {
    let hundreds = number / 100
    write(byte: UInt8(truncatingIfNeeded: 48 &+ hundreds))
    write(twoDigits: number &- hundreds &* 100)
  }

  /// `YYYY-MM-DD`; years outside 0000 to 9999 take a sign and as many digits as they need (ISO 8601
  /// expanded).
  @inline(__always)
  mutating func write(date: CivilDate) {
    if date.year >= 0, date.year <= 9_999 {
      let year = UInt32(truncatingIfNeeded: date.year)
      let century = year / 100
      write(twoDigits: century)
      write(twoDigits: year &- century &* 100)
    } else {
      write(expandedYear: date.year)
    }
    write(byte: UInt8(ascii: "-"))
    write(twoDigits: UInt32(truncatingIfNeeded: date.month))
    write(byte: UInt8(ascii: "-"))
    write(twoDigits: UInt32(truncatingIfNeeded: date.day))
  }

  @inline(never)
  private mutating func write(expandedYear year: Int) {
    write(byte: UInt8(ascii: year < 0 ? "-" : "+"))
    var digits = 4
    var power: UInt = 1_000
    while year.magnitude / 10 >= power {
      power *= 10
      digits += 1
    }
    for _ in 0..<digits {
      write(byte: UInt8(truncatingIfNeeded: 48 + year.magnitude / power % 10))
      power /= 10
    }
  }
}
