import Foundation

/// Numbers for people: thousands separated by commas.
enum NumberText {
  static func grouped(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    return (number < 0 ? "-" : "") + separated(digits)
  }

  /// Rounded to so many decimals, all of them shown.
  static func rounded(_ number: Decimal, decimals: Int) -> String {
    var source = number
    var result = Decimal()
    NSDecimalRound(&result, &source, decimals, .plain)
    let parts = "\(result.magnitude)".split(separator: ".")
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let padding = String(repeating: "0", count: max(0, decimals - fraction.count))
    let text = separated(String(parts.first ?? "0")) + (decimals > 0 ? "." + fraction + padding : "")
    return (result < 0 ? "-" : "") + text
  }

  /// A published value in the unit that `unit` names.
  static func value(_ update: DemoUpdate) -> String {
    guard let value = update.value else { return "-" }
    return switch update.unit {
    case "count": rounded(value, decimals: 0)
    case "ratio": rounded(value * 100, decimals: 1)
    case "money", "money_per_day", "number": rounded(value, decimals: 2)
    default: rounded(value, decimals: 1)
    }
  }

  static func unit(_ update: DemoUpdate) -> String {
    switch update.unit {
    case "ratio": "%"
    case "money": update.currency ?? "money"
    case "money_per_day": "\(update.currency ?? "money")/day"
    case "minutes": "min"
    case "number": ""
    default: update.unit
    }
  }

  private static func separated(_ digits: String) -> String {
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return result
  }
}
