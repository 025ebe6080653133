/// Reads the parts of a POSIX TZ rule, each of which is nil or false where the text does not have it.
struct PosixRuleScanner {
  private var rest: ArraySlice<UInt8>

  init(_ text: ArraySlice<UInt8>) {
    rest = text
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest.removeFirst()
    return true
  }

  /// Three or more letters, or anything of letters, digits and signs between angle brackets.
  mutating func skipDesignation() -> Bool {
    if skip(UInt8(ascii: "<")) {
      guard let close = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
      let length = close - rest.startIndex
      rest = rest[(close + 1)...]
      return length >= 3
    }
    let letters = rest.prefix { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    rest = rest[letters.endIndex...]
    return letters.count >= 3
  }

  /// `[+-]h[:mm[:ss]]`, up to 24 hours.
  mutating func offsetSeconds() -> Int? {
    timeSeconds(maximumHours: 24)
  }

  /// A day and, after a slash, the time of it; two o'clock if there is none.
  mutating func ruleDate() -> PosixRuleDate? {
    guard let day = ruleDay() else { return nil }
    guard skip(UInt8(ascii: "/")) else { return PosixRuleDate(day: day, timeSeconds: 7_200) }
    guard let seconds = timeSeconds(maximumHours: 167) else { return nil }
    return PosixRuleDate(day: day, timeSeconds: seconds)
  }

  private mutating func ruleDay() -> PosixRuleDate.Day? {
    if skip(UInt8(ascii: "J")) {
      guard let number = number(in: 1...365) else { return nil }
      return .julian(number)
    }
    if skip(UInt8(ascii: "M")) {
      let dot = UInt8(ascii: ".")
      guard let month = number(in: 1...12), skip(dot), let week = number(in: 1...5), skip(dot),
        let weekday = number(in: 0...6)
      else { return nil }
      return .weekday(month: month, week: week, sundayBased: weekday)
    }
    guard let number = number(in: 0...365) else { return nil }
    return .zeroBased(number)
  }

  private mutating func timeSeconds(maximumHours: Int) -> Int? {
    let isNegative = skip(UInt8(ascii: "-"))
    if !isNegative { _ = skip(UInt8(ascii: "+")) }
    guard let hours = number(in: 0...maximumHours) else { return nil }
    var seconds = hours * 3_600
    if skip(UInt8(ascii: ":")) {
      guard let minutes = number(in: 0...59) else { return nil }
      seconds += minutes * 60
      if skip(UInt8(ascii: ":")) {
        guard let extra = number(in: 0...59) else { return nil }
        seconds += extra
      }
    }
    return isNegative ? -seconds : seconds
  }

  /// One to three digits whose value is in the range.
  private mutating func number(in range: ClosedRange<Int>) -> Int? {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard (1...3).contains(digits.count) else { return nil }
    rest = rest[digits.endIndex...]
    let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    return range.contains(value) ? value : nil
  }
}
