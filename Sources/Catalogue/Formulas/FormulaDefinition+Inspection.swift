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
  var isLevel: Bool { times == [.present] }

  /// Whether it looks at the window before.
  var hasPrior: Bool { times.contains(.before) }

  /// Whether it looks at the window before alone, so that there is no change to publish it for.
  var isOnlyPrior: Bool { times == [.before] }

  /// What its measures are of.
  private enum MeasuredTime { case window, before, present }

  private var times: Set<MeasuredTime> {
    var found: Set<MeasuredTime> = []
    visitLeaves { leaf in
      switch leaf {
      case .measure, .quantile: found.insert(.window)
      case .prior: found.insert(.before)
      case .level: found.insert(.present)
      case .constant, .add, .subtract, .multiply, .divide: break
      }
    }
    return found
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
