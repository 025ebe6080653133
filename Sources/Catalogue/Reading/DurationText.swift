import Core

/// Lengths of time as people write them: `500ms`, `10s`, `1h30m`, `1100d`.
enum DurationText {
  /// A thousand years: sums of a few of them and of any instant stay far from overflow.
  static let maximumMillis: Int64 = 365_000 * Millis.day

  private static let units: [(name: String, millis: Int64)] = [
    ("w", 7 * Millis.day), ("d", Millis.day), ("h", Millis.hour), ("m", Millis.minute), ("s", Millis.second),
    ("ms", 1),
  ]

  /// The length in milliseconds; nil when the text is none, or longer than `maximumMillis`. Only 0 needs no
  /// unit.
  static func millis(_ text: String) -> Int64? {
    if text == "0" { return 0 }
    var total: Int64 = 0
    var rest = Substring(text)
    var previousUnit = Int64.max
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let letters = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(letters.count)
      // Units must shrink, as in 1h30m, so that 5m10h is seen as the slip that it is.
      guard let number = Int64(digits), let unit = units.first(where: { $0.name == letters })?.millis,
        unit < previousUnit, number <= maximumMillis / unit
      else { return nil }
      previousUnit = unit
      total += number * unit
      guard total <= maximumMillis else { return nil }
    }
    return total
  }

  /// The shortest text with one unit.
  static func text(_ millis: Int64) -> String {
    for unit in units.dropFirst() where millis != 0 && millis % unit.millis == 0 {
      return "\(millis / unit.millis)\(unit.name)"
    }
    return millis == 0 ? "0s" : "\(millis)ms"
  }
}
