/// An exact decimal with six fractional digits, stored as millionths.
///
/// Every amount and score of an event is held in this form, so that sums do not depend on order.
public struct Decimal6: Sendable, Hashable, Comparable {
  /// The value times one million.
  public var millionths: Int64

  public init(millionths: Int64) { self.millionths = millionths }
  public init(_ whole: Int64) { self.millionths = whole * Self.scale }

  /// Millionths in one.
  public static let scale: Int64 = 1_000_000

  public static func < (left: Decimal6, right: Decimal6) -> Bool { left.millionths < right.millionths }

  /// Why a text is not an exact decimal of this form.
  public enum Fault: Error, Equatable, Sendable {
    /// Not a decimal number in JSON's grammar (a leading `+` and surrounding spaces are refused, too).
    case malformed
    /// Beyond ±9,223,372,036,854.775807.
    case outOfRange
    /// More than six significant fractional digits.
    case tooManyDecimals
  }

  /// Reads the text of a JSON number (sign, digits, fraction, exponent) exactly.
  ///
  /// - Parameter digits: how many powers of ten the result is scaled up by, 6 for millionths. A source that already
  ///   counts in millionths ("micros") is read with 0.
  @inlinable
  public static func parse(
    _ text: UnsafeBufferPointer<UInt8>, digits: Int = 6
  ) throws(Fault) -> Decimal6 {
    var index = 0
    let count = text.count
    guard count > 0 else { throw .malformed }
    let isNegative = text[0] == UInt8(ascii: "-")
    if isNegative { index = 1 }
    var magnitude: UInt64 = 0
    var exponent = 0
    var shift = 0
    var seenDigits = 0
    var isOverflowing = false
    let firstDigit = index
    while index < count, text[index] &- 48 < 10 {
      let (product, wide) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, wider) = product.addingReportingOverflow(UInt64(text[index] &- 48))
      if wide || wider { isOverflowing = true } else { magnitude = sum }
      seenDigits += 1
      index += 1
    }
    guard seenDigits > 0 else { throw .malformed }
    if seenDigits > 1, text[firstDigit] == 48 { throw .malformed }
    if index < count, text[index] == UInt8(ascii: ".") {
      index += 1
      var fractionDigits = 0
      // Zeros are held back until a later digit needs them, so that 17.500000000 stays exact.
      var heldZeros = 0
      while index < count, text[index] &- 48 < 10 {
        let digit = text[index] &- 48
        fractionDigits += 1
        index += 1
        if digit == 0 {
          heldZeros += 1
          continue
        }
        for _ in 0..<min(heldZeros, 20) {
          let (product, wide) = magnitude.multipliedReportingOverflow(by: 10)
          if wide { isOverflowing = true } else { magnitude = product }
        }
        exponent -= heldZeros + 1
        heldZeros = 0
        let (product, wide) = magnitude.multipliedReportingOverflow(by: 10)
        let (sum, wider) = product.addingReportingOverflow(UInt64(digit))
        if wide || wider { isOverflowing = true } else { magnitude = sum }
      }
      guard fractionDigits > 0 else { throw .malformed }
    }
    if index < count, text[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      var isDown = false
      if index < count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
        isDown = text[index] == UInt8(ascii: "-")
        index += 1
      }
      var written = 0
      var power = 0
      while index < count, text[index] &- 48 < 10 {
        power = min(power * 10 + Int(text[index] &- 48), 100_000)
        written += 1
        index += 1
      }
      guard written > 0 else { throw .malformed }
      shift = isDown ? -power : power
    }
    guard index == count else { throw .malformed }
    if isOverflowing { return try long(text, isNegative: isNegative, shift: shift + digits) }
    return try scaled(magnitude, isNegative: isNegative, exponent: exponent + shift + digits)
  }

  /// Reads a number of many digits, of which zeros at either end may leave few.
  ///
  /// - Parameter shift: how many powers of ten what is written before an exponent is scaled up by.
  @usableFromInline
  @inline(never)
  static func long(
    _ text: UnsafeBufferPointer<UInt8>, isNegative: Bool, shift: Int
  ) throws(Fault) -> Decimal6 {
    let mantissa = text.prefix { $0 | 0x20 != UInt8(ascii: "e") }
    let fractionCount = mantissa.firstIndex(of: UInt8(ascii: ".")).map { mantissa.endIndex - $0 - 1 } ?? 0
    let digits = mantissa.filter { $0 &- 48 < 10 }.drop { $0 == 48 }
    let zeros = digits.reversed().prefix { $0 == 48 }.count
    let exponent = shift - fractionCount + zeros
    let significant = digits.dropLast(zeros)
    // Nineteen digits always fit.
    guard significant.count <= 19 else { throw exponent < 0 ? .tooManyDecimals : .outOfRange }
    let magnitude = significant.reduce(0) { $0 * 10 + UInt64($1 &- 48) }
    return try scaled(magnitude, isNegative: isNegative, exponent: exponent)
  }

  @usableFromInline
  static func scaled(_ magnitude: UInt64, isNegative: Bool, exponent: Int) throws(Fault) -> Decimal6 {
    var value = magnitude
    var left = exponent
    if value == 0 { return Decimal6(millionths: 0) }
    while left > 0 {
      let (product, wide) = value.multipliedReportingOverflow(by: 10)
      if wide { throw .outOfRange }
      value = product
      left -= 1
    }
    while left < 0 {
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
      if remainder != 0 { throw .tooManyDecimals }
      value = quotient
      left += 1
    }
    guard value <= UInt64(Int64.max) else { throw .outOfRange }
    return Decimal6(millionths: isNegative ? -Int64(value) : Int64(value))
  }
}

extension Decimal6: CustomStringConvertible {
  /// The shortest plain decimal text, such as `-17.5`.
  public var description: String {
    let magnitude = millionths.magnitude
    let whole = magnitude / UInt64(Self.scale)
    var fraction = magnitude % UInt64(Self.scale)
    var text = (millionths < 0 ? "-" : "") + String(whole)
    if fraction != 0 {
      var digits = 6
      while fraction % 10 == 0 {
        fraction /= 10
        digits -= 1
      }
      let written = String(fraction)
      text += "." + String(repeating: "0", count: digits - written.count) + written
    }
    return text
  }
}
