/// Times of January 2026, in which all simulations take place.
enum Stamp {
  static let start: Int64 = 1_767_225_600_000

  static func text(_ millis: Int64) -> String {
    let passed = millis - start
    precondition((0..<31 * 86_400_000).contains(passed), "A simulation stays within January 2026.")
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (day, hour) = (passed / 86_400_000 + 1, passed / 3_600_000 % 24)
    let (minute, second, rest) = (passed / 60_000 % 60, passed / 1_000 % 60, passed % 1_000)
    return
      "2026-01-\(two(day))T\(two(hour)):\(two(minute)):\(two(second)).\(String(rest + 1_000).dropFirst())Z"
  }
}
