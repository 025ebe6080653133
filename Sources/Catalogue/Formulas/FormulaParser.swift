import Core

/// Reads `sum (("+" | "-") …)`, `product (("*" | "/") …)`, `-x`, numbers, names, calls and parentheses.
struct FormulaParser {
  static let maximumLength = 4096
  /// Parentheses within parentheses; bounds the recursion.
  static let maximumDepth = 64

  private let text: [Unicode.Scalar]
  private var position = 0
  private var depth = 0

  private init(_ text: String) { self.text = Array(text.unicodeScalars) }

  static func parse(_ text: String) throws(FormulaFault) -> FormulaSyntax {
    var parser = FormulaParser(text)
    guard parser.text.count <= maximumLength else {
      throw FormulaFault(offset: 0, message: "the formula is longer than \(maximumLength) characters")
    }
    let syntax = try parser.sum()
    if let scalar = parser.peek() {
      throw parser.fault(
        "unexpected \"\(scalar)\"", scalar == ")" ? "a ( is missing before it" : "write + - * or /")
    }
    return syntax
  }

  private mutating func sum() throws(FormulaFault) -> FormulaSyntax {
    var left = try product()
    while let scalar = peek(), scalar == "+" || scalar == "-" || scalar == "−" {
      let offset = position
      position += 1
      left = .operation(scalar == "+" ? .add : .subtract, left, try product(), offset: offset)
    }
    return left
  }

  private mutating func product() throws(FormulaFault) -> FormulaSyntax {
    var left = try operand()
    while let scalar = peek(), ["*", "/", "×", "÷"].contains(scalar) {
      let offset = position
      position += 1
      let isProduct = scalar == "*" || scalar == "×"
      left = .operation(isProduct ? .multiply : .divide, left, try operand(), offset: offset)
    }
    return left
  }

  private mutating func operand() throws(FormulaFault) -> FormulaSyntax {
    guard let scalar = peek() else {
      throw fault(
        text.isEmpty ? "the formula is empty" : "the formula ends where a measure or number is expected")
    }
    let offset = position
    switch scalar {
    case "(":
      let inner = try nested { (parser) throws(FormulaFault) in try parser.sum() }
      try close(opened: offset)
      return inner
    case "-", "−":
      let inner = try nested { (parser) throws(FormulaFault) in try parser.operand() }
      depth -= 1
      if case .number(let value, _) = inner, value.millionths != .min {
        return .number(Decimal6(millionths: -value.millionths), offset: offset)
      }
      return .operation(.subtract, .number(Decimal6(0), offset: offset), inner, offset: offset)
    case "0"..."9", ".":
      return try number()
    case "a"..."z", "A"..."Z", "_":
      return try nameOrCall()
    default:
      throw fault("unexpected \"\(scalar)\"", "write a measure, a number or ( here")
    }
  }

  /// Steps over one character and reads what follows one level deeper; the caller leaves that level.
  private mutating func nested(
    _ read: (inout FormulaParser) throws(FormulaFault) -> FormulaSyntax
  ) throws(FormulaFault) -> FormulaSyntax {
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw fault("more than \(Self.maximumDepth) levels of parentheses")
    }
    position += 1
    return try read(&self)
  }

  private mutating func close(opened offset: Int) throws(FormulaFault) {
    depth -= 1
    guard peek() == ")" else {
      throw FormulaFault(
        offset: peek() == nil ? offset : position, message: "a ) is missing",
        suggestion: peek().map { "unexpected \"\($0)\"" })
    }
    position += 1
  }

  private mutating func number() throws(FormulaFault) -> FormulaSyntax {
    let offset = position
    let written = take { ("0"..."9").contains($0) || $0 == "." || $0 == "_" }
    switch Decimal6.reading(written) {
    case .success(let value):
      return .number(value, offset: offset)
    case .failure(.tooManyDecimals):
      throw FormulaFault(offset: offset, message: "\(written) has more than six decimals")
    case .failure(.outOfRange):
      throw FormulaFault(offset: offset, message: "\(written) is out of range")
    case .failure(.malformed):
      throw FormulaFault(
        offset: offset, message: "\"\(written)\" is no number", suggestion: "write it like 100 or 0.5")
    }
  }

  private mutating func nameOrCall() throws(FormulaFault) -> FormulaSyntax {
    let offset = position
    let name = take {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_"
    }
    guard peek() == "(" else { return .name(name, offset: offset) }
    let opened = position
    var arguments: [FormulaSyntax] = []
    arguments.append(try nested { (parser) throws(FormulaFault) in try parser.sum() })
    while peek() == "," {
      position += 1
      arguments.append(try sum())
    }
    try close(opened: opened)
    return .call(name, arguments, offset: offset)
  }

  private mutating func take(_ isPart: (Unicode.Scalar) -> Bool) -> String {
    let start = position
    while position < text.count, isPart(text[position]) { position += 1 }
    var taken = String.UnicodeScalarView()
    taken.append(contentsOf: text[start..<position])
    return String(taken)
  }

  /// The next character that is no space; nil at the end.
  private mutating func peek() -> Unicode.Scalar? {
    while position < text.count, text[position] == " " || text[position] == "\n" || text[position] == "\t" {
      position += 1
    }
    return position < text.count ? text[position] : nil
  }

  private func fault(_ message: String, _ suggestion: String? = nil) -> FormulaFault {
    FormulaFault(offset: position, message: message, suggestion: suggestion)
  }
}
