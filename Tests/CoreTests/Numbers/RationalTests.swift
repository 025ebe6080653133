import Testing

@testable import Core

@Suite struct RationalTests {
  private func equal(_ left: Rational, _ right: Rational) -> Bool {
    left.numerator * right.denominator == right.numerator * left.denominator
  }

  @Test func ringLaws() {
    var random = SplitMix(state: 71)
    func some() -> Rational {
      Rational(
        Int128(Int64.random(in: -999...999, using: &random)), Int128(Int64.random(in: 1...99, using: &random))
      )
    }
    for _ in 0..<500 {
      let (a, b, c) = (some(), some(), some())
      #expect(equal(a + b, b + a) && equal(a * b, b * a), "\(a) \(b)")
      #expect(equal((a + b) + c, a + (b + c)) && equal((a * b) * c, a * (b * c)), "\(a) \(b) \(c)")
      #expect(equal(a * (b + c), a * b + a * c), "\(a) \(b) \(c)")
      #expect(equal(a - b + b, a) && equal(a - a, Rational(0)), "\(a) \(b)")
      if let quotient = a / b { #expect(equal(quotient * b, a), "\(a) \(b)") }
      let double = Double(a.numerator) / Double(a.denominator)
      #expect(abs(Double(a.published.millionths) / 1e6 - double) <= 0.500_1e-6, "\(a)")
    }
    #expect(Rational(1) / Rational(0) == nil)
  }

  @Test func roundsHalfToEven() {
    let table: [(Int128, Int128, Int128)] = [
      (1, 2_000_000, 0), (3, 2_000_000, 2), (5, 2_000_000, 2), (-1, 2_000_000, 0), (-3, 2_000_000, -2),
      (-5, 2_000_000, -2), (1, 3, 333_333), (2, 3, 666_667), (-2, 3, -666_667), (7, 1, 7_000_000),
    ]
    for (numerator, denominator, expected) in table {
      #expect(
        Rational(numerator, denominator).published.millionths == expected, "\(numerator)/\(denominator)")
    }
  }

  @Test func productsThatDoNotFitAreReducedOrApproximated() {
    let great = Int128(1) << 100
    #expect((Rational(great, 3) * Rational(3, great)).published.millionths == 1_000_000)
    let quotient = Rational(great, 7) / Rational(great, 14)
    #expect(quotient?.published.millionths == 2_000_000)
    #expect((Rational(great + 1, great) + Rational(-1, 1)).published.millionths == 0)
    // Beyond every exact form: the nearest multiple of a millionth.
    let odd = Rational(great + 1, great - 1) * Rational(great + 3, great - 5)
    #expect(odd.published.millionths == 1_000_000)
  }

  @Test func whatIsTooGreatIsNoNumber() {
    #expect(Rational(.max, 1_000_000).published.millionths == Int128.max)
    #expect(Rational(.min + 1, 1_000_000).published.millionths == Int128.min + 1)
    #expect(Rational(.max, 1).published.isNull && Rational(.min + 1, 1).published.isNull)
    let sum = Rational(1_000_000_000_000_000_000_000_000)
    #expect(!(sum * Rational(1_000_000)).published.isNull)
    let great = sum * sum
    #expect(great.published.isNull && (Rational(.max) + Rational(.max)).published.isNull)
    for other in [Rational(0), Rational(1, 3), Rational(.max), great] {
      #expect((great + other).published.isNull && (other + great).published.isNull, "\(other)")
      #expect((great - other).published.isNull && (other - great).published.isNull, "\(other)")
      #expect((great * other).published.isNull && (other * great).published.isNull, "\(other)")
      #expect(other / great == nil, "\(other)")
      if let quotient = great / other { #expect(quotient.published.isNull, "\(other)") }
    }
  }
}
