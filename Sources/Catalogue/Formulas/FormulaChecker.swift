import Core

/// Looks up the names of a formula and checks that its parts go together.
struct FormulaChecker {
  let measures: [String: MeasureDefinition]
  /// Metrics that are no measures, to explain why they cannot be used.
  let metricNames: Set<String>
  /// Measures whose own faults have been reported.
  let faultyMeasures: Set<String>
  private(set) var faults: [FormulaFault] = []

  init(measures: [MeasureDefinition], metricNames: Set<String> = [], faultyMeasures: Set<String> = []) {
    self.measures = Dictionary(measures.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.metricNames = metricNames
    self.faultyMeasures = faultyMeasures
  }

  /// A formula with the power of money in it: 1 for an amount, 0 for a count or a ratio of amounts.
  struct Checked {
    var formula: FormulaDefinition
    var moneyPower: Int
  }

  /// The formula, or nil when `faults` says what is wrong.
  mutating func check(_ syntax: FormulaSyntax) -> Checked? {
    switch syntax {
    case .number(let value, _):
      return Checked(formula: .constant(value), moneyPower: 0)
    case .name(let name, let offset):
      return plain(name, offset: offset)
    case .call(let name, let arguments, let offset):
      return call(name, arguments, offset: offset)
    case .operation(let symbol, let left, let right, let offset):
      let checkedLeft = check(left)
      let checkedRight = check(right)
      guard let checkedLeft, let checkedRight else { return nil }
      return combine(symbol, checkedLeft, checkedRight, divisor: right, offset: offset)
    }
  }

  private mutating func combine(
    _ symbol: FormulaSyntax.Operator, _ left: Checked, _ right: Checked, divisor: FormulaSyntax, offset: Int
  ) -> Checked? {
    switch symbol {
    case .add, .subtract:
      guard left.moneyPower == right.moneyPower else {
        return fault(
          offset,
          "money and something that is not money cannot be \(symbol == .add ? "added" : "subtracted")",
          "use amounts on both sides, or divide by an amount first")
      }
      let formula: FormulaDefinition =
        symbol == .add ? .add(left.formula, right.formula) : .subtract(left.formula, right.formula)
      return Checked(formula: formula, moneyPower: left.moneyPower)
    case .multiply:
      return Checked(
        formula: .multiply(left.formula, right.formula), moneyPower: left.moneyPower + right.moneyPower)
    case .divide:
      if case .constant(let value) = right.formula, value.millionths == 0 {
        return fault(divisor.offset, "division by zero")
      }
      return Checked(
        formula: .divide(left.formula, right.formula), moneyPower: left.moneyPower - right.moneyPower)
    }
  }

  private mutating func plain(_ name: String, offset: Int) -> Checked? {
    guard let measure = lookUp(name, offset: offset, ofMetric: "write its formula here") else { return nil }
    if measure.aggregate == .quantile {
      return fault(
        offset, "\"\(name)\" is a quantile measure", "write median(\(name)) or quantile(\(name), 0.9)")
    }
    return Checked(
      formula: measure.time.isEmpty ? .level(name) : .measure(name), moneyPower: measure.moneyPower)
  }

  /// A measure that each function can be used with; the others take quantile measures.
  private static let examples = ["prior": "spend", "level": "members"]
  private static let functions = ["prior", "level", "quantile", "median", "p90"]

  private mutating func call(_ function: String, _ arguments: [FormulaSyntax], offset: Int) -> Checked? {
    var permille: Int?
    switch function {
    case "prior", "level": break
    case "median": permille = 500
    case "quantile":
      guard arguments.count == 2, case .number(let value, let place) = arguments[1] else {
        return fault(offset, "quantile takes a measure and a number", "write it like quantile(cycle, 0.9)")
      }
      guard (1000..<Decimal6.scale).contains(value.millionths), value.millionths % 1000 == 0 else {
        return fault(
          place, "\(value) is no quantile", "write from 0.001 to 0.999, with at most three decimals")
      }
      permille = Int(value.millionths / 1000)
    default:
      guard function.first == "p", let percent = Int(function.dropFirst()), (1...99).contains(percent) else {
        let isPercentile = function.first == "p" && Int(function.dropFirst()) != nil
        return fault(
          offset, "unknown function \"\(function)\"",
          isPercentile ? "write p1 to p99" : Suggestion.forUnknown(function, known: Self.functions))
      }
      permille = percent * 10
    }
    guard arguments.count == (function == "quantile" ? 2 : 1), case .name(let name, let place) = arguments[0]
    else {
      return fault(
        arguments.first?.offset ?? offset, "\(function) takes the name of one measure",
        "write it like \(function)(\(Self.examples[function] ?? "cycle"))")
    }
    let advice =
      permille == nil
      ? "write \(function)() of each measure in its formula"
      : "declare a measure with quantile: and name it here"
    guard let measure = lookUp(name, offset: place, ofMetric: advice) else { return nil }
    return applied(function, permille: permille, to: measure, offset: place)
  }

  private mutating func applied(
    _ function: String, permille: Int?, to measure: MeasureDefinition, offset: Int
  ) -> Checked? {
    let name = measure.name
    if let permille {
      guard measure.aggregate == .quantile else {
        return fault(
          offset, "\"\(name)\" is no quantile measure",
          "declare one with quantile: instead of \(measure.aggregate.keyword):")
      }
      return Checked(formula: .quantile(name, permille: permille), moneyPower: measure.moneyPower)
    }
    guard measure.aggregate != .quantile else {
      return fault(offset, "\(function) of a quantile measure is not kept", "use a count or a sum")
    }
    if function == "level" {
      guard measure.time.isEmpty else {
        return fault(
          offset, "\"\(name)\" is kept for windows and is no level",
          "write just \(name), or declare a measure with time: none")
      }
      return Checked(formula: .level(name), moneyPower: measure.moneyPower)
    }
    guard !measure.time.isEmpty else {
      return fault(
        offset, "\"\(name)\" is a level, of which only the present is kept", "use a measure with a time")
    }
    return Checked(formula: .prior(name), moneyPower: measure.moneyPower)
  }

  /// - Parameter advice: what to write when the name is that of a metric.
  private mutating func lookUp(
    _ name: String, offset: Int, ofMetric advice: String
  ) -> MeasureDefinition? {
    if faultyMeasures.contains(name) { return nil }
    if let measure = measures[name] { return measure }
    if metricNames.contains(name) {
      faults.append(
        FormulaFault(
          offset: offset, message: "\"\(name)\" is a metric, and formulas are made of measures",
          suggestion: advice))
    } else {
      faults.append(
        FormulaFault(
          offset: offset, message: "unknown measure \"\(name)\"",
          suggestion: Suggestion.forUnknown(name, known: measures.keys.sorted())))
    }
    return nil
  }

  private mutating func fault(_ offset: Int, _ message: String, _ suggestion: String? = nil) -> Checked? {
    faults.append(FormulaFault(offset: offset, message: message, suggestion: suggestion))
    return nil
  }
}

extension MeasureDefinition {
  /// 1 for an amount of money, 0 for a number without currency (a count of money rows is still a count).
  var moneyPower: Int {
    guard isMoney, aggregate != .distinct, aggregate != .count, case .field = value else { return 0 }
    return 1
  }
}

extension AggregateDefinition {
  /// The key by which a measure of this kind is declared.
  var keyword: String {
    switch self {
    case .count: "count"
    case .sum: "sum"
    case .distinct: "distinct"
    case .quantile: "quantile"
    case .minimum: "min"
    case .maximum: "max"
    }
  }
}
