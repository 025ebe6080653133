/// Computes metrics from the merged cells of all stores; its memory is reused from cell to cell.
final class Evaluator {
  let catalogue: Catalogue
  /// The stores of the tasks, then that of derived rows.
  let stores: [CellStore]
  /// By group: whether its rows are derived, and so only in the last store.
  let isDerived: [Bool]
  let allWindow: Int
  private var parts = PartArena()
  private let stack: UnsafeMutablePointer<Rational>
  private let isNumber: UnsafeMutablePointer<Bool>
  private var depth = 0
  private var segments: [SegmentLookup]
  /// What was found of the keys at hand.
  private var panes = PaneCache()
  /// By window: the calendars of its panes.
  private let paneCalendars: [[WindowCalendar]]
  /// What the cell at hand is called in each store.
  private var keys: CellKeys
  private var previous = PreviousWindow()

  private static let stackMax = 64
  private static let lookupCount = 256

  /// The segments of one group and window in all stores.
  private struct SegmentLookup {
    var group = -1
    var window: Int32 = -1
    var bounds = WindowBounds.all
    var found: [UnsafeMutablePointer<Segment>?] = []
  }

  /// The window before another; cells of the same window come one after the other.
  private struct PreviousWindow {
    var window: Int32 = -1
    var bounds = WindowBounds.all
    var found: WindowBounds?
  }

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
    allWindow = catalogue.windows.firstIndex { $0.isAll } ?? -1
    isDerived = catalogue.groups.map { catalogue.entities[Int($0.entity)].derivation.spansPartitions }
    stack = .allocate(capacity: Self.stackMax)
    stack.initialize(repeating: Rational(0), count: Self.stackMax)
    isNumber = .allocate(capacity: Self.stackMax)
    isNumber.initialize(repeating: false, count: Self.stackMax)
    segments = (0..<Self.lookupCount).map { _ in
      SegmentLookup(found: Array(repeating: nil, count: stores.count))
    }
    paneCalendars = catalogue.windows.map { window in window.panes.map { catalogue.windows[$0].calendar } }
    keys = CellKeys(stores: stores)
  }

  deinit {
    stack.deallocate()
    isNumber.deallocate()
    parts.free()
  }

  // MARK: - Rows

  /// Forgets what was gathered; call before each cell.
  func beginCell() { parts.removeAll() }

  /// Forgets where segments are; call before each publication, because segments come and go between them.
  func beginPublication() {
    for place in segments.indices { segments[place].group = -1 }
    panes.removeAll()
    keys.refresh()
  }

  /// The rows of a group for a cell. A group without money ignores the currency.
  ///
  /// The cell of a window made of panes has a row for each of its panes that has one, and one of its own for what was
  /// too late for a pane.
  ///
  /// - Parameter own: the row that led here, whose place is known; only of windows that tile.
  func gather(group: Int, _ cell: CellContext, own: GatheredRows.Part? = nil) -> GatheredRows {
    parts.begin()
    findKeys(group, cell)
    let calendars = paneCalendars[Int(cell.window)]
    if calendars.isEmpty {
      append(group, cell.window, cell.bounds, own: own)
    } else {
      let window = catalogue.windows[Int(cell.window)]
      var bounds = cell.bounds
      if case .session(let gapMillis) = window.calendar.kind {
        // From the pane of its first event to that of its last.
        bounds = WindowBounds(
          start: calendars[0].bounds(containing: cell.start).start,
          end: calendars[0].bounds(containing: cell.end - gapMillis).end)
      } else {
        append(group, cell.window, bounds)
      }
      WindowCalendar.forEachPane(of: bounds, calendars) { place, pane in
        appendPane(group, Int32(window.panes[place]), pane)
      }
    }
    return GatheredRows(group: group, parts: parts.end())
  }

  /// The rows of a group of levels for a cell's ids.
  func levelRows(of group: Int, _ cell: CellContext) -> GatheredRows {
    gather(group: group, cell.level(window: Int32(allWindow)))
  }

  /// The rows of a group for a cell's ids in one pane.
  func gather(group: Int, _ cell: CellContext, pane: WindowBounds, of window: Int) -> GatheredRows {
    parts.begin()
    findKeys(group, cell)
    append(group, Int32(window), pane)
    return GatheredRows(group: group, parts: parts.end())
  }

  /// Looks for the rows of the key at hand in a pane unless they were found already.
  private func appendPane(_ group: Int, _ window: Int32, _ pane: WindowBounds) {
    if panes.append(group, window, pane.start, to: &parts) { return }
    let place = parts.runCount
    append(group, window, pane)
    panes.note(group, window, pane.start, parts, from: place)
  }

  private func append(
    _ group: Int, _ window: Int32, _ bounds: WindowBounds, own: GatheredRows.Part? = nil
  ) {
    let derivedStore = stores.count - 1
    // Most cells are in one store only, that of the row that led here.
    var lookup: Int?
    for number in 0..<keys.count {
      let key = keys[number]
      guard (key.store == derivedStore) == isDerived[group] else { continue }
      if let own, own.store == key.store {
        parts.append(own)
        continue
      }
      let place = lookup ?? lookUp(group, window, bounds)
      lookup = place
      guard let segment = segments[place].found[key.store] else { continue }
      let row = segment.pointee.find(key.first, key.second)
      if row >= 0 { parts.append(GatheredRows.Part(store: key.store, segment: segment, row: row)) }
    }
  }

  /// Where the segments of a group and window stand in `segments`.
  private func lookUp(_ group: Int, _ window: Int32, _ bounds: WindowBounds) -> Int {
    let hash = Hashing.combine(
      UInt64(group) << 32 ^ UInt64(UInt32(bitPattern: window)),
      UInt64(bitPattern: bounds.start &+ bounds.end &* 31))
    let place = Int(hash % UInt64(Self.lookupCount))
    if segments[place].group != group || segments[place].window != window || segments[place].bounds != bounds
    {
      segments[place].group = group
      segments[place].window = window
      segments[place].bounds = bounds
      for number in stores.indices {
        segments[place].found[number] = stores[number].group(group).pointee.find(window: window, bounds)
      }
    }
    return place
  }

  /// Finds the keys of a cell; a group without money ignores the currency.
  private func findKeys(_ group: Int, _ cell: CellContext) {
    let isMoney = catalogue.groupPrograms[group].currencySlot >= 0
    if keys.find(cell, currency: isMoney ? cell.currency : FieldValue.absent) { panes.removeAll() }
  }

  /// Each store that knows a cell's first id, with its number there, in order of the stores.
  func forEachName(ofFirstIn cell: CellContext, _ body: (Int, UInt32) -> Void) {
    keys.forEachName(ofFirstIn: cell, body)
  }

  /// A store that knows a cell's currency, with its number there; nil when none does.
  func currencyName(of cell: CellContext) -> (store: Int, number: UInt32)? { keys.currencyName(of: cell) }

  /// The group's rows, gathered the first time.
  func rows(of group: Int, _ cell: CellContext, _ gathered: inout GatheredCell) -> GatheredRows {
    if let found = gathered.find(group) { return found }
    let rows = gather(group: group, cell)
    gathered.append(rows)
    return rows
  }

  /// The cell in the window before.
  func priorCell(_ cell: CellContext) -> CellContext? {
    if previous.window != cell.window || previous.bounds != cell.bounds {
      let calendar = catalogue.windows[Int(cell.window)].calendar
      previous = PreviousWindow(
        window: cell.window, bounds: cell.bounds, found: calendar.previous(of: cell.bounds))
    }
    return previous.found.map { cell.moved(to: $0) }
  }

  // MARK: - Formulas

  /// Evaluates a metric in a cell; `published` takes the cells as they were at the last publication.
  func evaluate(
    _ metric: Catalogue.Metric, _ cell: CellContext, published: Bool, _ gathered: inout GatheredCell
  ) -> Result {
    var result = Result()
    run(metric.formula, cell, published, &gathered)
    if metric.numeratorEnd > 0 {
      result.numerator = isNumber[0] ? stack[0] : nil
      result.denominator = isNumber[1] ? stack[1] : nil
      if let numerator = result.numerator, let denominator = result.denominator {
        result.value = numerator / denominator
      }
    } else {
      result.value = isNumber[0] ? stack[0] : nil
    }
    if metric.sample.count > 0 {
      run(metric.sample, cell, published, &gathered)
      result.sample = isNumber[0] ? stack[0] : nil
      if depth == 2 { result.sample = isNumber[0] && isNumber[1] ? stack[0] / stack[1] : nil }
    } else if metric.numeratorEnd > 0 {
      result.sample = result.denominator
    }
    return result
  }

  /// Runs all instructions but a final division, whose two operands stay on the stack.
  private func run(
    _ formula: ProgramList<FormulaInstruction>, _ cell: CellContext, _ published: Bool,
    _ gathered: inout GatheredCell
  ) {
    depth = 0
    for position in 0..<formula.count {
      let instruction = formula.base + position
      switch instruction.pointee.operation {
      case .constant:
        push(Rational(Int128(instruction.pointee.constant), Int128(Decimal6.scale)))
      case .measure:
        push(value(of: instruction, rows(of: Int(instruction.pointee.group), cell, &gathered), published))
      case .prior:
        let before = priorCell(cell).map { gather(group: Int(instruction.pointee.group), $0) }
        push(before.flatMap { value(of: instruction, $0, published) })
      case .level:
        push(value(of: instruction, levelRows(of: Int(instruction.pointee.group), cell), published))
      case .add, .subtract, .multiply, .divide:
        if instruction.pointee.operation == .divide, position == formula.count - 1 { return }
        combineTop(instruction.pointee.operation)
      }
    }
  }

  private func push(_ value: Rational?) {
    precondition(depth < Self.stackMax, "a formula is nested deeper than its compiler allows")
    isNumber[depth] = value != nil
    if let value { stack[depth] = value }
    depth += 1
  }

  private func combineTop(_ operation: FormulaInstruction.Operation) {
    depth -= 1
    guard isNumber[depth - 1], isNumber[depth] else {
      isNumber[depth - 1] = false
      return
    }
    let (left, right) = (stack[depth - 1], stack[depth])
    let result: Rational?
    switch operation {
    case .add: result = left + right
    case .subtract: result = left - right
    case .multiply: result = left * right
    case .divide: result = left / right
    case .measure, .prior, .level, .constant: result = nil
    }
    isNumber[depth - 1] = result != nil
    if let result { stack[depth - 1] = result }
  }

  /// How many late events a metric's groups took into the window.
  func lateCount(_ metric: Catalogue.Metric, _ cell: CellContext, _ gathered: inout GatheredCell) -> Int64 {
    var total: Int64 = 0
    for (position, group) in metric.groups.enumerated() where metric.lateMeasures[position] >= 0 {
      let measure = catalogue.groupPrograms[group].measures[metric.lateMeasures[position]]
      for part in rows(of: group, cell, &gathered).parts {
        total += Int64(bitPattern: part.current[Int(measure.cellWord)])
      }
    }
    return total
  }

  /// The value of one measure over all parts of a cell.
  private func value(
    of instruction: UnsafePointer<FormulaInstruction>, _ rows: GatheredRows, _ published: Bool
  ) -> Rational? {
    let group = catalogue.groupPrograms.base + Int(instruction.pointee.group)
    let measure = group.pointee.measures.base + Int(instruction.pointee.measure)
    let word = Int(measure.pointee.cellWord)
    switch measure.pointee.aggregate {
    case .count:
      var total: Int64 = 0
      for part in rows.parts { total += Int64(bitPattern: (published ? part.published : part.current)[word]) }
      return Rational(Int128(total))
    case .sum:
      var total: Int128 = 0
      for part in rows.parts {
        let place = (published ? part.published : part.current) + word
        total += Int128(low: place[0], high: Int64(bitPattern: place[1]))
      }
      return Rational(total, measure.pointee.value == .field ? Int128(Decimal6.scale) : 1)
    case .distinct:
      // Of a cell with several parts only the present union is known.
      if published, rows.parts.count > 1, rows.isChanged { return nil }
      return Rational(Int128(MultisetReader.distinctCount(rows, word: word, published: published)))
    case .quantile, .minimum, .maximum:
      // What a multiset held at the last publication is not kept.
      if published, rows.isChanged { return nil }
      let found = MultisetReader.value(
        of: measure.pointee.aggregate, rows, word: word,
        permille: Int128(max(0, instruction.pointee.permille)))
      return measure.pointee.value == .field ? found.map { $0 * Rational(1, Int128(Decimal6.scale)) } : found
    }
  }
}

extension Int128 {
  /// From the two words of a sum.
  init(low: UInt64, high: Int64) { self = Int128(high) << 64 | Int128(low) }
}

extension EntityDefinition.Derivation {
  /// Whether its rows need more than one partition.
  var spansPartitions: Bool {
    switch self {
    case .input, .stageStays: false
    case .firstWins, .wonContacts: true
    }
  }
}
