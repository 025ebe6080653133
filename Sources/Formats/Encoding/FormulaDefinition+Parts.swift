import Core

/// What the two sides of a quotient say beside its value.
extension FormulaDefinition {
  /// Whether it is a quotient whose divisor is measured: a constant says nothing of the sample.
  public var hasMeasuredDivisor: Bool {
    if case .divide(_, let divisor) = self { divisor.isMeasured } else { false }
  }

  /// Whether it is a quotient, and the sides of several can be added up to those of all together.
  ///
  /// - Parameter additive: the names of the measures that add up, which are counts and sums.
  func hasAdditiveParts(_ additive: Set<String>) -> Bool {
    guard case .divide(let dividend, let divisor) = self else { return false }
    return dividend.adds(additive) && divisor.adds(additive)
  }

  /// Whether it is made of additive measures by adding, subtracting and constant factors only.
  private func adds(_ additive: Set<String>) -> Bool {
    switch self {
    case .measure(let name), .prior(let name), .level(let name):
      additive.contains(name)
    case .quantile:
      false
    // The zero of a minus sign.
    case .constant(let value):
      value.millionths == 0
    case .add(let left, let right), .subtract(let left, let right):
      left.adds(additive) && right.adds(additive)
    case .multiply(let left, let right):
      left.isMeasured ? left.adds(additive) && !right.isMeasured : right.adds(additive)
    case .divide(let left, let right):
      left.adds(additive) && !right.isMeasured
    }
  }

  private var isMeasured: Bool {
    switch self {
    case .measure, .quantile, .prior, .level: true
    case .constant: false
    case .add(let left, let right), .subtract(let left, let right), .multiply(let left, let right),
      .divide(let left, let right):
      left.isMeasured || right.isMeasured
    }
  }
}
