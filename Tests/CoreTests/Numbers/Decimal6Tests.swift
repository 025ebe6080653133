import Foundation
import Testing

@testable import Core

@Suite struct Decimal6Tests {
  private func parse(_ text: String, digits: Int = 6) -> Result<Int64, Decimal6.Fault> {
    var text = text
    return text.withUTF8 { bytes in
      do throws(Decimal6.Fault) {
        return .success(try Decimal6.parse(bytes, digits: digits).millionths)
      } catch {
        return .failure(error)
      }
    }
  }

  static let good: [(String, Int64)] = [
    ("0", 0), ("-0", 0), ("0.0", 0), ("-0.000000000", 0), ("0e99999", 0), ("17.5", 17_500_000),
    ("-17.5", -17_500_000),
    ("17.500000000", 17_500_000), ("0.000001", 1), ("-0.000001", -1), ("1e3", 1_000_000_000),
    ("1E+3", 1_000_000_000),
    ("1e-6", 1), ("1.0000000e-6", 1), ("9223372036854.775807", .max), ("-9223372036854.775807", -.max),
    ("60000000000000000000e-18", 60_000_000), ("-100000000000000000000.00e-10", -10_000_000_000_000_000),
    ("0.000000000000000000000000125e22", 1_250), ("922337203685477580700000e-11", .max),
  ]

  @Test func textsHaveTheirValue() {
    for (text, value) in Self.good { #expect(parse(text) == .success(value), "\(text)") }
  }

  @Test(arguments: [
    "", "-", "+1", " 1", "1 ", ".5", "5.", "1e", "1e+", "01", "-01", "0x1", "1,5", "NaN", "--1", "1.e3",
  ])
  func othersAreMalformed(_ text: String) { #expect(parse(text) == .failure(.malformed), "\(text)") }

  @Test(arguments: [
    "9223372036854.775808", "1e13", "99999999999999999999", "1e100000", "-1e13", "123456789e9999999999",
  ])
  func tooGreatIsOutOfRange(_ text: String) { #expect(parse(text) == .failure(.outOfRange), "\(text)") }

  @Test(arguments: [
    "0.0000001", "1e-7", "17.1234567", "1.00000000000000000000001", "25e-7",
    "12345678901234567890000e-15", "123456789012345678901e-8",
  ])
  func tooManyDecimalsAreRefused(_ text: String) {
    #expect(parse(text) == .failure(.tooManyDecimals), "\(text)")
  }

  @Test func micros() {
    #expect(parse("17500000", digits: 0) == .success(17_500_000))
    #expect(parse("1.5", digits: 0) == .failure(.tooManyDecimals))
  }

  @Test func agreesWithFoundationAndItsOwnText() throws {
    var random = SplitMix(state: 61)
    for _ in 0..<2_000 {
      let whole =
        Int64.random(in: -9_000_000_000...9_000_000_000, using: &random)
        / (1 << Int64.random(in: 0..<33, using: &random))
      let digits = Int.random(in: 0...6, using: &random)
      let fraction = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
      let power = Int.random(in: 0...3, using: &random)
      let text = "\(whole)" + (digits > 0 ? ".\(fraction)" : "") + (power > 0 ? "e\(power)" : "")
      let decimal = try #require(Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")), "\(text)")
      let expected = NSDecimalNumber(decimal: decimal * 1_000_000).int64Value
      #expect(parse(text) == .success(expected), "\(text)")
      #expect(parse(Decimal6(millionths: expected).description) == .success(expected), "\(text)")
    }
  }
}
