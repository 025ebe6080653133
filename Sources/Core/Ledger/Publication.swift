/// One publication: finds the metrics to evaluate for every dirty cell, and hands over those that changed.
///
/// A metric whose groups are dirty in several places is evaluated once: by the first store of the first dirty group.
struct Publication {
  let ledger: Ledger
  let catalogue: Catalogue
  let evaluator: Evaluator
  let previousWatermark: Int64
  private let currencies: [Int64]
  private let asOf: Int64
  /// Publishes cells although nothing changed.
  var publishesUnchanged = false
  private(set) var count = 0
  private let linkChanges: UInt64
  /// Events read by all tasks: what tells one state of a session from a later one.
  private let progress: UInt64
  /// What is gathered of the cell at hand, and of the same cell in the window before.
  var gathered = GatheredCell()
  private var priorGathered = GatheredCell()
  /// Cells of windows made of panes that something in them changed, each once.
  var overlapping = CellList()
  /// By session key: a cell and the panes that changed.
  var changedSessions: [SessionBook.Key: (cell: CellContext, panes: [WindowBounds])] = [:]

  /// Cells of metrics published at intervals that changed just now and need not be looked for among those that waited.
  var handedOver: Set<MetricCell> = []

  init(ledger: Ledger, previousWatermark: Int64, currencies: [Int64]) {
    self.ledger = ledger
    catalogue = ledger.catalogue
    evaluator = ledger.evaluator
    self.previousWatermark = previousWatermark
    self.currencies = currencies
    asOf = ledger.streamTime
    linkChanges = ledger.tasks.reduce(0) { $0 &+ $1.links.changeCount }
    progress = ledger.tasks.reduce(0) { $0 &+ $1.books.read }
    evaluator.beginPublication()
  }

  mutating func run(_ body: (Update) throws -> Void) rethrows {
    for (number, store) in evaluator.stores.enumerated() {
      for group in 0..<catalogue.groups.count {
        let state = store.group(group)
        for place in 0..<state.pointee.dirtySegments.count {
          let segment = state.pointee.dirtySegments[place]
          let window = catalogue.windows[Int(segment.pointee.window)]
          if !catalogue.levelDependents[group].isEmpty, !publishesUnchanged {
            try segment.pointee.forEachDirty { row in
              try visitLevel(store: number, group: group, segment: segment, row: row, body)
            }
          }
          let isOwn = window.isPublished && window.isTiling
          let targets = isOwn ? [] : targets(of: segment.pointee, group)
          if !isOwn, targets.isEmpty { continue }
          try segment.pointee.forEachDirty { row in
            if isOwn {
              try visit(store: number, group: group, segment: segment, row: row, body)
            } else {
              collect(group, context(number, segment, row), targets)
            }
          }
        }
      }
    }
    try publishOverlapping(body)
    try publishSessions(body)
    try publishDeferred(body)
    try publishZeros(body)
    try publishTombstones(body)
  }

  private mutating func visit(
    store number: Int, group: Int, segment: UnsafeMutablePointer<Segment>, row: Int,
    _ body: (Update) throws -> Void
  ) rethrows {
    let cell = context(number, segment, row)
    evaluator.beginCell()
    begin()
    let own = GatheredRows.Part(store: number, segment: segment, row: row)
    let rows = evaluator.gather(group: group, cell, own: own)
    if let first = rows.parts.first(where: { $0.isDirty }), first.store < number { return }
    gathered.append(rows)
    let isChanged = rows.isChanged
    for dependent in catalogue.dependents[group] {
      let metric = catalogue.metrics[dependent.metric]
      guard metric.scopes[Int(cell.scope)], metric.windows[Int(cell.window)] else { continue }
      if dependent.isPrior {
        guard isChanged || publishesUnchanged else { continue }
        try visitNext(dependent.metric, metric, cell, body)
      } else if metric.isMoney, catalogue.groups[group].currencySlot < 0 {
        try visitCurrencies(dependent.metric, metric, group, cell, isForced: false, body)
      } else {
        try emit(dependent.metric, metric, group, cell, isForced: false, body)
      }
    }
  }

  mutating func begin() {
    gathered.removeAll()
    priorGathered.removeAll()
  }

  func context(_ home: Int, _ segment: UnsafeMutablePointer<Segment>, _ row: Int) -> CellContext {
    let key = segment.pointee.row(row)
    let numbers = CellNumbers(
      first: UInt32(truncatingIfNeeded: key[0]), second: UInt32(truncatingIfNeeded: key[1]),
      currency: UInt32(truncatingIfNeeded: key[1] >> 32))
    let store = evaluator.stores[home]
    return CellContext(
      key: CellKey(
        window: segment.pointee.window, start: segment.pointee.start, end: segment.pointee.end,
        scope: Int32(truncatingIfNeeded: key[0] >> 32), first: store.texts.hash(of: numbers.first),
        second: store.texts.hash(of: numbers.second), currency: store.texts.hash(of: numbers.currency)),
      home: home, numbers: numbers)
  }

  /// A group without money changed under a money metric: evaluates it in each currency in which it exists.
  mutating func visitCurrencies(
    _ index: Int, _ metric: Catalogue.Metric, _ group: Int, _ cell: CellContext, isForced: Bool,
    isNew: (CellContext) -> Bool = { _ in true }, _ body: (Update) throws -> Void
  ) rethrows {
    let (own, ownPrior) = (gathered, priorGathered)
    for currency in currencies {
      let number = evaluator.stores[cell.home].texts.number(ofHash: currency)
      let moved = cell.inCurrency(currency, number: number)
      begin()
      if isNew(moved), exists(metric, moved) {
        try emit(index, metric, group, moved, isForced: isForced, body)
      }
    }
    (gathered, priorGathered) = (own, ownPrior)
  }

  /// Whether any money of a metric is there in a cell's currency, in its window or, for prior values, the one before.
  mutating func exists(_ metric: Catalogue.Metric, _ cell: CellContext) -> Bool {
    for group in metric.groups where catalogue.groups[group].currencySlot >= 0 {
      if !evaluator.rows(of: group, cell, &gathered).parts.isEmpty { return true }
    }
    guard !metric.priorGroups.isEmpty, let before = evaluator.priorCell(cell) else { return false }
    return metric.priorGroups.contains { group in
      catalogue.groups[group].currencySlot >= 0
        && !evaluator.rows(of: group, before, &priorGathered).parts.isEmpty
    }
  }

  /// A measure changed that a metric uses in the window after.
  private mutating func visitNext(
    _ index: Int, _ metric: Catalogue.Metric, _ cell: CellContext, _ body: (Update) throws -> Void
  ) rethrows {
    let calendar = catalogue.windows[Int(cell.window)].calendar
    guard let bounds = calendar.next(of: WindowBounds(start: cell.start, end: cell.end)) else { return }
    let (own, ownPrior) = (gathered, priorGathered)
    begin()
    let next = cell.moved(to: bounds)
    let isHandled = metric.groups.contains { evaluator.rows(of: $0, next, &gathered).isDirty }
    if !isHandled { try emit(index, metric, -1, next, isForced: false, body) }
    (gathered, priorGathered) = (own, ownPrior)
  }

  /// Evaluates one metric in one cell and hands it over if it changed.
  ///
  /// - Parameters:
  ///   - group: the dirty group that led here; a lower dirty group of the metric has handled the cell already.
  ///   - isForced: hands it over though it did not change: a cell that was held back, or a session that came to be.
  mutating func emit(
    _ index: Int, _ metric: Catalogue.Metric, _ group: Int, _ cell: CellContext, isForced: Bool,
    _ body: (Update) throws -> Void
  ) rethrows {
    var contributed = false
    var contributedBefore = false
    var changes: UInt64 = 0
    var isChanged = isForced
    for (position, other) in metric.groups.enumerated() {
      let rows = evaluator.rows(of: other, cell, &gathered)
      if other < group, rows.isDirty { return }
      if rows.contributed & metric.measureMasks[position] != 0 { contributed = true }
      if rows.contributedBefore & metric.measureMasks[position] != 0 { contributedBefore = true }
      changes &+= evaluator.isDerived[other] ? linkChanges : rows.changes
      if rows.isChanged { isChanged = true }
    }
    guard contributed else { return }
    var isOtherChanged = false
    if !metric.priorGroups.isEmpty, let before = evaluator.priorCell(cell) {
      for other in metric.priorGroups {
        let rows = evaluator.rows(of: other, before, &priorGathered)
        changes &+= evaluator.isDerived[other] ? linkChanges : rows.changes
        if rows.isChanged { isOtherChanged = true }
      }
    }
    for other in metric.levelGroups {
      let rows = evaluator.levelRows(of: other, cell)
      changes &+= rows.changes
      if rows.isChanged { isOtherChanged = true }
    }
    let window = catalogue.windows[Int(cell.window)]
    let state = Ledger.state(of: window, end: cell.end, watermark: ledger.watermark)
    let isTransition = isTransition(window, cell, state)
    guard isChanged || isOtherChanged || isTransition || publishesUnchanged else { return }
    if state == .open, !isTransition, !isForced, !publishesUnchanged, isHeldBack(index, metric, cell) {
      return
    }
    let present = evaluator.evaluate(metric, cell, published: false, &gathered)
    // Of a cell that nothing had counted in, no value was published: a first zero is news, too.
    let hasPast = contributedBefore && !publishesUnchanged && !isForced
    let past =
      hasPast ? evaluator.evaluate(metric, cell, published: true, &gathered) : Evaluator.Result()
    let repeats = publishesUnchanged || isTransition || isForced || ledger.repeatsEqualValues
    if !repeats, present == past, contributedBefore, !metric.hasMultiset { return }
    if metric.emission == .close, state == .open, !window.isAll, !publishesUnchanged { return }
    var update = Update(
      metric: index, scope: Int(cell.scope), window: Int(cell.window), start: cell.start, end: cell.end,
      state: state, asOf: asOf)
    if window.isSession { changes = progress }
    update.revision = changes &* 4 &+ UInt64(state.rawValue)
    if metric.isAtIntervals { handedOver.insert(MetricCell(metric: index, cell: cell.key)) }
    let isKnown = contributedBefore && isKnown(metric, window, cell)
    fill(&update, metric, present, isKnown ? past : Evaluator.Result(), cell)
    count += 1
    try body(update)
  }

  /// Whether the last publication handed over a cell's value, if it had one.
  private func isKnown(_ metric: Catalogue.Metric, _ window: Catalogue.Window, _ cell: CellContext) -> Bool {
    // What waits for an interval, or for the close, was not handed over while the window was open; all of time never
    // closes, and is handed over on every change instead.
    let waits = metric.isAtIntervals || metric.emission == .close && !window.isAll
    if waits, Ledger.state(of: window, end: cell.end, watermark: previousWatermark) == .open { return false }
    guard !window.isTiling, !window.isSession else { return true }
    let opening = window.calendar.opening(of: cell.bounds)
    return opening <= previousWatermark || opening == cell.start
  }

  /// Whether any event of a metric counts in a cell.
  mutating func hasContributions(_ metric: Catalogue.Metric, _ cell: CellContext) -> Bool {
    metric.groups.enumerated().contains { position, group in
      evaluator.rows(of: group, cell, &gathered).contributed & metric.measureMasks[position] != 0
    }
  }

  /// Hands over a cell in which nothing happened.
  mutating func publishEmpty(
    _ update: inout Update, _ metric: Catalogue.Metric, _ cell: CellContext, _ text: EventBytes,
    _ body: (Update) throws -> Void
  ) rethrows {
    let present = evaluator.evaluate(metric, cell, published: false, &gathered)
    fill(&update, metric, present, Evaluator.Result(), cell)
    if update.firstId.isAbsent { update.firstId = text }
    count += 1
    try body(update)
  }

  /// Whether the watermark alone is a reason to publish a cell: its window opened, closed or became final.
  private func isTransition(_ window: Catalogue.Window, _ cell: CellContext, _ state: WindowState) -> Bool {
    if state != Ledger.state(of: window, end: cell.end, watermark: previousWatermark) { return true }
    guard state == .open, !window.isTiling else { return false }
    let opening = window.calendar.opening(of: cell.bounds)
    return opening > previousWatermark && opening <= ledger.watermark && opening > cell.start
  }

  /// Whether a metric that is published at intervals has to wait; notes that it does.
  private func isHeldBack(_ index: Int, _ metric: Catalogue.Metric, _ cell: CellContext) -> Bool {
    guard metric.isAtIntervals, !ledger.isDue(index, previousWatermark: previousWatermark) else {
      return false
    }
    ledger.deferred.append(index, cell)
    return true
  }

  /// Hands over a tombstone for a cell's update.
  mutating func withdraw(
    _ index: Int, _ metric: Catalogue.Metric, _ cell: CellContext, _ body: (Update) throws -> Void
  )
    rethrows
  {
    var update = Update(
      metric: index, scope: Int(cell.scope), window: Int(cell.window), start: cell.start, end: cell.end,
      state: .final, asOf: asOf)
    update.isTombstone = true
    fillIdentity(&update, metric, cell)
    count += 1
    try body(update)
  }

  mutating func fill(
    _ update: inout Update, _ metric: Catalogue.Metric, _ present: Evaluator.Result, _ past: Evaluator.Result,
    _ cell: CellContext
  ) {
    fillIdentity(&update, metric, cell)
    update.completeSince = ledger.completeSince(of: metric, window: Int(cell.window), scope: Int(cell.scope))
    let sample = present.sample
    update.isSufficient = sample.map { Self.reaches($0, metric.minimumSample) } ?? true
    if metric.isSuppressedBelowMinimum, !update.isSufficient {
      update.isSuppressed = true
      return
    }
    update.value = present.value?.published ?? .null
    let wasShown =
      !metric.isSuppressedBelowMinimum
      || (past.sample.map { Self.reaches($0, metric.minimumSample) } ?? false)
    update.previousValue = wasShown ? past.value?.published ?? .null : .null
    update.lateCount = evaluator.lateCount(metric, cell, &gathered)
    update.numerator = present.numerator?.published ?? .null
    update.denominator = present.denominator?.published ?? .null
    update.sample = sample?.published ?? .null
    if !metric.isLevel, let before = evaluator.priorCell(cell),
      metric.groups.contains(where: { !evaluator.rows(of: $0, before, &priorGathered).parts.isEmpty })
    {
      let prior = evaluator.evaluate(metric, before, published: false, &priorGathered)
      let isShown =
        !metric.isSuppressedBelowMinimum
        || (prior.sample.map { Self.reaches($0, metric.minimumSample) } ?? false)
      if isShown { update.priorValue = prior.value?.published ?? .null }
    }
  }

  private static func reaches(_ sample: Rational, _ minimum: Int64) -> Bool {
    sample.numerator >= Int128(minimum) * sample.denominator
  }

  func fillIdentity(_ update: inout Update, _ metric: Catalogue.Metric, _ cell: CellContext) {
    let scope = catalogue.scopes[Int(cell.scope)]
    let home = evaluator.stores[cell.home]
    if cell.numbers.first != 0 { update.firstId = bytes(home.texts.text(cell.numbers.first)) }
    if cell.numbers.second != 0 { update.secondId = bytes(home.texts.text(cell.numbers.second)) }
    if metric.isMoney, cell.currency != FieldValue.absent { update.currency = currencyText(cell) }
    update.parentScope = scope.parent
    if scope.parentDimension >= 0 {
      update.parentId = scope.parentDimension == 0 ? update.firstId : update.secondId
      return
    }
    guard scope.parent >= 0, scope.dimensionCount == 1 else { return }
    var latest = Int64.min
    evaluator.forEachName(ofFirstIn: cell) { number, child in
      let store = evaluator.stores[number]
      guard let link = store.parents.parent(scope: Int(cell.scope), child: child) else { return }
      if update.parentId.isAbsent || link.time > latest {
        latest = link.time
        update.parentId = bytes(store.texts.text(link.parent))
      }
    }
  }

  private func currencyText(_ cell: CellContext) -> EventBytes {
    guard let name = evaluator.currencyName(of: cell) else { return .none }
    return bytes(evaluator.stores[name.store].texts.text(name.number))
  }

  private func bytes(_ text: UnsafeBufferPointer<UInt8>) -> EventBytes {
    EventBytes(start: text.baseAddress.map { UnsafeRawPointer($0) }, count: text.count)
  }
}
