/// An exact fraction of 128-bit integers; the denominator is positive.
///
/// Sums of counts and millionths stay far below 2¹²⁷. Should a product not fit even in lowest terms, the result is
/// the nearest multiple of 10⁻⁶ of the floating-point quotient, which is the only place where binary floating point
/// can enter. What is too great for that is no number, and neither is anything that is computed from it.
struct Rational: Sendable, Equatable {
  private(set) var numerator: Int128
  private(set) var denominator: Int128

  init(_ numerator: Int128, _ denominator: Int128 = 1) {
    precondition(denominator > 0, "a fraction's denominator must be positive")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// No number: too great to be published. As a sample it reaches no minimum.
  private static let beyond = Rational()
  private init() { (numerator, denominator) = (-1, 0) }

  private var isBeyond: Bool { denominator == 0 }

  static func + (left: Rational, right: Rational) -> Rational {
    if left.isBeyond || right.isBeyond { return beyond }
    if left.denominator == right.denominator { return sum(left.numerator, right.numerator, left.denominator) }
    let (a, overA) = left.numerator.multipliedReportingOverflow(by: right.denominator)
    let (b, overB) = right.numerator.multipliedReportingOverflow(by: left.denominator)
    let (d, overD) = left.denominator.multipliedReportingOverflow(by: right.denominator)
    if overA || overB || overD { return reducedSum(left, right) }
    return sum(a, b, d)
  }

  static func - (left: Rational, right: Rational) -> Rational {
    right.isBeyond ? beyond : left + Rational(-right.numerator, right.denominator)
  }

  static func * (left: Rational, right: Rational) -> Rational {
    if left.isBeyond || right.isBeyond { return beyond }
    let (n, overN) = left.numerator.multipliedReportingOverflow(by: right.numerator)
    let (d, overD) = left.denominator.multipliedReportingOverflow(by: right.denominator)
    if !overN, !overD { return Rational(n, d) }
    // Cross-cancel before multiplying.
    let first = divisor(left.numerator, right.denominator)
    let second = divisor(right.numerator, left.denominator)
    let (rn, overRN) = (left.numerator / first).multipliedReportingOverflow(by: right.numerator / second)
    let (rd, overRD) = (left.denominator / second).multipliedReportingOverflow(by: right.denominator / first)
    if !overRN, !overRD { return Rational(rn, rd) }
    return nearest(left.approximation * right.approximation)
  }

  /// The quotient, or nil when the divisor is zero or no number.
  static func / (left: Rational, right: Rational) -> Rational? {
    if right.numerator == 0 || right.isBeyond { return nil }
    let inverse =
      right.numerator > 0
      ? Rational(right.denominator, right.numerator) : Rational(-right.denominator, -right.numerator)
    return left * inverse
  }

  private static func sum(_ a: Int128, _ b: Int128, _ denominator: Int128) -> Rational {
    let (total, overflow) = a.addingReportingOverflow(b)
    if overflow { return nearest(Double(a) / Double(denominator) + Double(b) / Double(denominator)) }
    return Rational(total, denominator)
  }

  private static func reducedSum(_ left: Rational, _ right: Rational) -> Rational {
    let (l, r) = (left.reduced, right.reduced)
    let common = divisor(l.denominator, r.denominator)
    let (a, overA) = l.numerator.multipliedReportingOverflow(by: r.denominator / common)
    let (b, overB) = r.numerator.multipliedReportingOverflow(by: l.denominator / common)
    let (d, overD) = (l.denominator / common).multipliedReportingOverflow(by: r.denominator)
    if overA || overB || overD { return nearest(left.approximation + right.approximation) }
    return sum(a, b, d)
  }

  /// Just below 2¹²⁷.
  private static let millionthsMax = 1.7e38

  private static func nearest(_ value: Double) -> Rational {
    let millionths = value * 1e6
    guard millionths.magnitude < millionthsMax else { return beyond }
    return Rational(Int128(millionths.rounded(.toNearestOrEven)), 1_000_000)
  }

  private var approximation: Double { Double(numerator) / Double(denominator) }

  var reduced: Rational {
    let common = Self.divisor(numerator, denominator)
    return Rational(numerator / common, denominator / common)
  }

  private static func divisor(_ left: Int128, _ right: Int128) -> Int128 {
    var (a, b) = (left.magnitude, right.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    return a == 0 ? 1 : Int128(a)
  }

  /// The value in millionths, rounded half to even; null when it is no number.
  var published: PublishedNumber {
    if isBeyond { return .null }
    if denominator == 1_000_000 { return PublishedNumber(millionths: numerator) }
    if denominator == 1 {
      let (scaled, overflow) = numerator.multipliedReportingOverflow(by: 1_000_000)
      if !overflow { return PublishedNumber(millionths: scaled) }
    }
    let fraction = reduced
    let (scaled, overflow) = fraction.numerator.multipliedReportingOverflow(by: 1_000_000)
    if overflow {
      let near = Self.nearest(approximation)
      return near.isBeyond ? .null : PublishedNumber(millionths: near.numerator)
    }
    let (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: fraction.denominator)
    let rest = remainder.magnitude
    let half = fraction.denominator.magnitude - rest
    let isAbove = rest > half || (rest == half && quotient & 1 != 0)
    return PublishedNumber(millionths: isAbove ? quotient + (scaled < 0 ? -1 : 1) : quotient)
  }
}
