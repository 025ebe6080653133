import Core
import Yams

extension ConfigurationNode {
  /// The text of a scalar that is not null; reports anything else.
  func string() -> String? {
    guard let text = scalarText, !isNull else {
      error("expected text, found \(shape)")
      return nil
    }
    return text
  }

  /// A text that is not empty.
  func nonEmptyString() -> String? {
    guard let text = string() else { return nil }
    guard !text.isEmpty else {
      error("the text is empty")
      return nil
    }
    return text
  }

  /// Texts from a list, or from a single text.
  func strings() -> [String]? {
    guard let items = items() else { return nil }
    let texts = items.compactMap { $0.nonEmptyString() }
    return texts.count == items.count ? texts : nil
  }

  func boolean() -> Bool? {
    switch isQuoted ? nil : scalarText {
    case "true": return true
    case "false": return false
    default:
      error("expected true or false, found \(shape)")
      return nil
    }
  }

  private var isQuoted: Bool {
    guard case .scalar(let scalar) = node else { return false }
    return scalar.style == .singleQuoted || scalar.style == .doubleQuoted
  }

  func integer(in range: ClosedRange<Int>) -> Int? {
    guard let text = scalarText, !isQuoted, let number = Int(text) else {
      error("expected a whole number, found \(shape)")
      return nil
    }
    guard range.contains(number) else {
      error("\(number) is out of range", "write a number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  /// An exact decimal with at most six fractional digits.
  func decimal() -> Decimal6? {
    guard let text = scalarText, !isNull else {
      error("expected a number, found \(shape)")
      return nil
    }
    switch Decimal6.reading(text) {
    case .success(let value): return value
    case .failure(.malformed): error("expected a number, found \(shape)")
    case .failure(.outOfRange): error("\(text) is out of range", "write a number within ±9,223,372,036,854")
    case .failure(.tooManyDecimals): error("\(text) has more than six decimals")
    }
    return nil
  }

  /// A length of time in milliseconds.
  func durationMillis(in range: ClosedRange<Int64> = 0...DurationText.maximumMillis) -> Int64? {
    guard let text = scalarText, !isNull else {
      error(
        "expected a duration, found \(shape)", "write a number and a unit, such as 500ms, 10s, 5m, 24h or 30d"
      )
      return nil
    }
    guard let millis = DurationText.millis(text) else {
      let suggestion =
        Int64(text) != nil
        ? "write a unit after it: \(text)ms, \(text)s, \(text)m, \(text)h or \(text)d"
        : "write a number and a unit, such as 500ms, 10s, 5m, 24h or 30d"
      error("\"\(text)\" is no duration", suggestion)
      return nil
    }
    guard range.contains(millis) else {
      error(
        "\(text) is out of range",
        "write from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))")
      return nil
    }
    return millis
  }

  /// A number of bytes.
  func bytes(in range: ClosedRange<Int>) -> Int? {
    guard let text = scalarText, !isNull, let bytes = SizeText.bytes(text) else {
      error("\(shape) is no size", "write bytes, or a number and a unit, such as 512KiB or 1MiB")
      return nil
    }
    guard range.contains(bytes) else {
      error("\(text) is out of range", "write from \(range.lowerBound) to \(range.upperBound) bytes")
      return nil
    }
    return bytes
  }

  /// One of a fixed set of words.
  func choice<Value>(_ kind: String, _ choices: [(name: String, value: Value)]) -> Value? {
    guard let text = scalarText, !isNull else {
      let article = kind.first.map { "aeiou".contains($0) } == true ? "an" : "a"
      error(
        "expected \(article) \(kind), found \(shape)", Suggestion.forUnknown("", known: choices.map(\.name)))
      return nil
    }
    if let found = choices.first(where: { $0.name == text }) { return found.value }
    unknown(kind, text, known: choices.map(\.name))
    return nil
  }

  /// One of the cases of an enum by its raw value.
  func choice<Value: CaseIterable & RawRepresentable<String>>(_ kind: String, of: Value.Type) -> Value? {
    choice(kind, Value.allCases.map { ($0.rawValue, $0) })
  }

  /// A name of the catalogue: lower-case letters, digits and underscores.
  ///
  /// Such names are parts of output keys and of formulas, so nothing else is allowed in them.
  func checkName(_ text: String, _ kind: String) -> Bool {
    let isValid =
      !text.isEmpty && text.utf8.count <= 64
      && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text.utf8.first ?? 0)
      && text.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "_")
      }
    if !isValid {
      error(
        "\"\(text)\" is no name for the \(kind)",
        "use up to 64 lower-case letters, digits and underscores, with a letter first")
    }
    return isValid
  }
}

extension Decimal6 {
  /// Reads a JSON number from a text, exactly.
  static func reading(_ text: String) -> Result<Decimal6, Fault> {
    Array(text.utf8).withUnsafeBufferPointer { buffer in
      do throws(Fault) { return .success(try parse(buffer)) } catch { return .failure(error) }
    }
  }
}
