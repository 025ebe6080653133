/// Computes metrics from the merged cells of all stores.
struct Evaluator {
  let catalogue: Catalogue
  let stores: [CellStore]
  private let allWindow: Int32

  /// The result of one formula: the quotient's parts when it is one.
  struct Result: Equatable {
    var value: Rational?
    var numerator: Rational?
    var denominator: Rational?
    var sample: Rational?
  }

  init(catalogue: Catalogue, stores: [CellStore]) {
    self.catalogue = catalogue
    self.stores = stores
    allWindow = Int32(catalogue.windows.firstIndex { $0.isAll } ?? -1)
  }

  // MARK: - Rows

  /// The rows of a group for a cell. A group without money ignores the currency.
  func gather(group: Int, _ cell: CellContext) -> GatheredRows {
    var gathered = GatheredRows(group: group)
    let isMoney = catalogue.groups[group].currencySlot >= 0
    for (number, store) in stores.enumerated() {
      guard let key = key(in: store, cell, isMoney: isMoney),
        let segment = store.group(group).pointee.find(window: cell.window, start: cell.start)
      else { continue }
      let row = segment.pointee.find(key.0, key.1)
      if row >= 0 { gathered.parts.append(GatheredRows.Part(store: number, segment: segment, row: row)) }
    }
    return gathered
  }

  private func key(in store: CellStore, _ cell: CellContext, isMoney: Bool) -> (UInt64, UInt64)? {
    let first = store.texts.number(ofHash: cell.first)
    if first == 0, cell.first != FieldValue.absent { return nil }
    let second = store.texts.number(ofHash: cell.second)
    if second == 0, cell.second != FieldValue.absent { return nil }
    var currency: UInt32 = 0
    if isMoney, cell.currency != FieldValue.absent {
      currency = store.texts.number(ofHash: cell.currency)
      if currency == 0 { return nil }
    }
    return (
      UInt64(first) | UInt64(UInt32(bitPattern: cell.scope)) << 32, UInt64(second) | UInt64(currency) << 32
    )
  }

  // MARK: - Formulas

  /// Evaluates a metric in a cell; `published` takes the cells as they were at the last publication.
  ///
  /// - Parameter rows: gathered rows by group of this cell, filled as needed and reused.
  func evaluate(
    _ metric: Catalogue.Metric, _ cell: CellContext, published: Bool, rows: inout [GatheredRows]
  ) -> Result {
    var result = Result()
    var stack: [Rational?] = []
    run(metric.formula, cell, published, &rows, &stack)
    if metric.numeratorEnd > 0, stack.count == 2 {
      result.numerator = stack[0]
      result.denominator = stack[1]
      if let numerator = stack[0], let denominator = stack[1] { result.value = numerator / denominator }
    } else {
      result.value = stack.last ?? nil
    }
    if metric.sample.count > 0 {
      var sampleStack: [Rational?] = []
      run(metric.sample, cell, published, &rows, &sampleStack)
      if sampleStack.count == 2 {
        if let left = sampleStack[0], let right = sampleStack[1] { result.sample = left / right }
      } else {
        result.sample = sampleStack.last ?? nil
      }
    } else if metric.numeratorEnd > 0 {
      result.sample = result.denominator
    }
    return result
  }

  /// Runs all instructions but a final division, whose two operands stay on the stack.
  private func run(
    _ formula: ProgramList<FormulaInstruction>, _ cell: CellContext, _ published: Bool,
    _ rows: inout [GatheredRows], _ stack: inout [Rational?]
  ) {
    for position in 0..<formula.count {
      let instruction = formula[position]
      switch instruction.operation {
      case .constant:
        stack.append(Rational(Int128(instruction.constant), Int128(Decimal6.scale)))
      case .measure:
        let place = place(of: Int(instruction.group), cell, &rows)
        stack.append(value(of: instruction, rows[place], published))
      case .prior:
        stack.append(priorValue(of: instruction, cell, published))
      case .level:
        let level = gather(group: Int(instruction.group), cell.level(window: allWindow))
        stack.append(value(of: instruction, level, published))
      case .add, .subtract, .multiply, .divide:
        if instruction.operation == .divide, position == formula.count - 1 { return }
        let right = stack.popLast() ?? nil
        let left = stack.popLast() ?? nil
        stack.append(combined(instruction.operation, left, right))
      }
    }
  }

  private func combined(
    _ operation: FormulaInstruction.Operation, _ left: Rational?, _ right: Rational?
  ) -> Rational? {
    guard let left, let right else { return nil }
    switch operation {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .divide: return left / right
    case .measure, .prior, .level, .constant: return nil
    }
  }

  /// Where the group's rows stand in `rows`, gathering them the first time.
  func place(of group: Int, _ cell: CellContext, _ rows: inout [GatheredRows]) -> Int {
    if let found = rows.firstIndex(where: { $0.group == group }) { return found }
    rows.append(gather(group: group, cell))
    return rows.count - 1
  }

  private func priorValue(
    of instruction: FormulaInstruction, _ cell: CellContext, _ published: Bool
  ) -> Rational? {
    guard let before = priorCell(cell) else { return nil }
    return value(of: instruction, gather(group: Int(instruction.group), before), published)
  }

  /// The cell in the window before.
  func priorCell(_ cell: CellContext) -> CellContext? {
    let calendar = catalogue.windows[Int(cell.window)].calendar
    guard let bounds = calendar.previous(of: WindowBounds(start: cell.start, end: cell.end)) else { return nil }
    return cell.moved(to: bounds)
  }

  /// The value of one measure over all parts of a cell.
  private func value(of instruction: FormulaInstruction, _ rows: GatheredRows, _ published: Bool) -> Rational? {
    let measure = catalogue.groups[Int(instruction.group)].measures[Int(instruction.measure)]
    let word = Int(measure.cellWord)
    switch measure.aggregate {
    case .count:
      var total: Int128 = 0
      for part in rows.parts {
        total += Int128(Int64(bitPattern: (published ? part.published : part.current)[word]))
      }
      return Rational(total)
    case .sum:
      var total: Int128 = 0
      for part in rows.parts {
        let place = (published ? part.published : part.current) + word
        total += Int128(_low: place[0], _high: Int64(bitPattern: place[1]))
      }
      return Rational(total, measure.value == .elapsed || measure.value == .one ? 1 : Int128(Decimal6.scale))
    case .distinct:
      return Rational(Int128(MultisetReader.distinctCount(rows, word: word, published: published)))
    case .quantile, .minimum, .maximum:
      // What a multiset held at the last publication is not kept.
      if published, rows.isChanged { return nil }
      return multisetValue(of: instruction, measure, rows)
    }
  }

  private func multisetValue(
    of instruction: FormulaInstruction, _ measure: MeasureProgram, _ rows: GatheredRows
  ) -> Rational? {
    let values = MultisetReader.sortedValues(rows, word: Int(measure.cellWord))
    let found: Rational?
    switch measure.aggregate {
    case .minimum: found = values.first.map { Rational(Int128($0.element)) }
    case .maximum: found = values.last.map { Rational(Int128($0.element)) }
    default: found = MultisetReader.quantile(values, permille: Int128(max(0, instruction.permille)))
    }
    guard let found else { return nil }
    return measure.value == .field ? found * Rational(1, Int128(Decimal6.scale)) : found
  }
}

extension Int128 {
  /// From two words.
  init(_low low: UInt64, _high high: Int64) {
    self = Int128(high) << 64 | Int128(low)
  }
}
