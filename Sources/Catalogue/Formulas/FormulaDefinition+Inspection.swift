import Core

extension FormulaDefinition {
  /// The names of the measures in it, each once, in the order of their first appearance.
  public var measureNames: [String] {
    var names: [String] = []
    visitLeaves { leaf in
      if let name = leaf.measureName, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Whether it has measures and all of them are levels, so that it has one value whatever the window.
  var isLevel: Bool {
    var levels = 0
    var others = 0
    visitLeaves { leaf in
      switch leaf {
      case .level: levels += 1
      case .measure, .quantile, .prior: others += 1
      case .constant, .add, .subtract, .multiply, .divide: break
      }
    }
    return levels > 0 && others == 0
  }

  /// Whether it looks at the window before.
  var hasPrior: Bool {
    var found = false
    visitLeaves { leaf in
      if case .prior = leaf { found = true }
    }
    return found
  }

  /// Whether all that it has of the window itself is nothing, so that there is no change to publish it for.
  var isOnlyPrior: Bool {
    var others = false
    visitLeaves { leaf in
      switch leaf {
      case .measure, .quantile, .level: others = true
      case .prior, .constant, .add, .subtract, .multiply, .divide: break
      }
    }
    return hasPrior && !others
  }

  /// Calls back for each operand that is not itself an operation, from left to right.
  func visitLeaves(_ visit: (FormulaDefinition) -> Void) {
    switch self {
    case .measure, .quantile, .prior, .level, .constant:
      visit(self)
    case .add(let left, let right), .subtract(let left, let right), .multiply(let left, let right),
      .divide(let left, let right):
      left.visitLeaves(visit)
      right.visitLeaves(visit)
    }
  }

  private var measureName: String? {
    switch self {
    case .measure(let name), .quantile(let name, _), .prior(let name), .level(let name): name
    case .constant, .add, .subtract, .multiply, .divide: nil
    }
  }
}

extension MetricDefinition {
  /// The names of the measures of its formula and of its sample.
  public var measureNames: [String] { formula.measureNames + (sample?.measureNames ?? []) }
}
