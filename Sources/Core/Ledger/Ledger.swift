/// Merges the cells of all tasks and decides what is published: the single reader of every task's state.
///
/// One publication: take in derived rows; let windows change state as the watermark advances; evaluate every metric of
/// every cell that changed; hand over the updates; take all cells as published. Between publications nothing waits:
/// what is published is a function of the tasks' states and the watermark.
public final class Ledger {
  public let catalogue: Catalogue
  public private(set) var tasks: [PartitionTask]
  /// The promise that no older event is expected; `Int64.min` before there is one. Never goes back.
  public private(set) var watermark = Int64.min
  /// The watermark of the last confirmed publication.
  private var publishedWatermark = Int64.min
  let derivedCells: DerivedCells
  let evaluator: Evaluator
  private var transitions = TransitionQueue()
  /// Overlapping windows that opened, closed or became final since the last confirmed publication.
  private(set) var overlapTransitions: [TransitionQueue.Key] = []
  var sessions = SessionBook()
  var deferred = DeferredCells()
  /// Hashes of the currencies that occur, in order of appearance.
  private(set) var currencies: [Int64] = []
  /// By window: those that ended at or before this are gone.
  private(set) var expiredBefore: [Int64]
  /// The same from when retention was shorter than it is now; `Int64.min` where it never was.
  private(set) var droppedBefore: [Int64]
  /// By window: whether it is of sessions or holds their panes.
  let isOfSessions: [Bool]
  /// Whether a cell that changed is handed over though its value is the same again.
  ///
  /// Without transactions readers may have seen values between the last confirmed publication and now that nobody
  /// remembers, of this process or the one before.
  public var repeatsEqualValues = false
  /// Since when what is kept is complete, by `Catalogue.keptIdentity`; what is complete from the beginning is not here.
  var completeSince: [UInt64: Int64] = [:]

  /// Partitions of the state that was decoded which are no input any more, such as `sales.events[0]`.
  public internal(set) var leftOut: [String] = []

  /// Bytes of the state when it was last encoded.
  var encodedBytes = 0
  /// A state that is being encoded.
  var encoding: StateEncoding?
  /// The number of the encoded state that `beginEncoding` can tell the next ones by; nil before there is one.
  public internal(set) var base: UInt64?

  public init(catalogue: Catalogue, tasks: [PartitionTask]) {
    self.catalogue = catalogue
    self.tasks = tasks
    derivedCells = DerivedCells(catalogue: catalogue)
    evaluator = Evaluator(catalogue: catalogue, stores: tasks.map(\.cells) + [derivedCells.store])
    expiredBefore = Array(repeating: .min, count: catalogue.windows.count)
    droppedBefore = expiredBefore
    isOfSessions = catalogue.windows.indices.map { window in
      catalogue.windows[window].isSession
        || catalogue.paneOwners[window].map { catalogue.windows[$0].isSession } == true
    }
  }

  deinit { encoding?.abandon() }

  // MARK: - Time

  /// The watermark over all partitions at a wall-clock time in milliseconds.
  ///
  /// That of a partition which was read to its end follows the wall clock, because its silence means that nothing is
  /// there; that of any other one is its stream time less the allowed disorder.
  public func watermark(now: Int64) -> Int64 {
    let disorder = catalogue.definition.disorderMillis
    return tasks.map { task in
      let seen = seenWatermark(of: task)
      return task.isAtEnd ? max(seen, now - disorder) : seen
    }.min() ?? .min
  }

  /// The watermark that follows from a task's events alone, in milliseconds; `Int64.min` before its first.
  public func seenWatermark(of task: PartitionTask) -> Int64 {
    task.streamTime == .min ? .min : task.streamTime - catalogue.definition.disorderMillis
  }

  /// The watermark that follows from the events alone: whoever published what the tasks hold had one at least as late.
  public var seenWatermark: Int64 { tasks.map { seenWatermark(of: $0) }.min() ?? .min }

  /// The greatest event time of all tasks, or `Int64.min`.
  public var streamTime: Int64 { tasks.map(\.streamTime).max() ?? .min }

  static func state(of window: Catalogue.Window, end: Int64, watermark: Int64) -> WindowState {
    if end > watermark || end == WindowBounds.latest { return .open }
    return end + window.graceMillis > watermark ? .closed : .final
  }

  // MARK: - Publication

  /// Hands over everything that changed since the last confirmed publication, at a watermark that may have advanced.
  ///
  /// Nothing counts as published until `confirm`: after a failure the same call hands over the same updates again,
  /// with whatever changed since.
  ///
  /// - Returns: how many updates were handed over.
  @discardableResult
  public func publish(watermark target: Int64, _ body: (Update) throws -> Void) rethrows -> Int {
    advance(to: target)
    var publication = Publication(
      ledger: self, previousWatermark: publishedWatermark, currencies: currencies)
    try publication.run(body)
    return publication.count
  }

  /// Lets windows change state up to a watermark and marks their cells, without handing anything over.
  public func advance(to target: Int64) {
    watermark = max(watermark, target)
    for task in tasks { task.flush() }
    derivedCells.refresh(tasks, marksDirty: true, expiredBefore: expiredBefore)
    registerSegments(watermark: publishedWatermark)
    for key in transitions.advance(to: watermark, window: { catalogue.windows[Int($0)] }) {
      if catalogue.windows[Int(key.window)].isTiling {
        markAll(key)
      } else {
        overlapTransitions.append(key)
      }
    }
    sessions.advance(to: watermark)
  }

  /// Whether the watermark has begun another interval of a metric that is published at intervals.
  func isDue(_ metric: Int, previousWatermark: Int64) -> Bool {
    guard case .interval(let millis) = catalogue.metrics[metric].emission else { return true }
    return floorDivide(watermark, by: millis) > floorDivide(previousWatermark, by: millis)
  }

  /// Whether any cell waits to be published.
  public var hasChanges: Bool {
    !overlapTransitions.isEmpty || !sessions.due.isEmpty || hasDueCells || hasClosedEmptyWindows
      || hasDirtyCells
  }

  private var hasDueCells: Bool {
    deferred.contains { isDue($0, previousWatermark: publishedWatermark) }
  }

  /// Whether some window closed that everybody on the roster gets a number for.
  private var hasClosedEmptyWindows: Bool {
    guard let roster = catalogue.roster, watermark > publishedWatermark else { return false }
    return catalogue.windows.indices.contains { index in
      guard roster.windows[index] else { return false }
      let window = catalogue.windows[index]
      return [0, window.graceMillis].contains {
        window.calendar.bounds(containing: max(publishedWatermark, -Millis.limit / 2) - $0).end <= watermark
          - $0
      }
    }
  }

  private var hasDirtyCells: Bool {
    evaluator.stores.contains { store in
      (0..<catalogue.groups.count).contains { store.group($0).pointee.dirtySegments.count > 0 }
    }
  }

  /// Takes everything that was handed over as published.
  public func confirm() {
    let limits = nextExpiry
    deferred.removeAll { isDue($0, previousWatermark: publishedWatermark) }
    publishedWatermark = watermark
    overlapTransitions.removeAll(keepingCapacity: true)
    sessions.confirm(watermark: watermark) { catalogue.windows[Int($0)].graceMillis }
    for store in evaluator.stores { store.clearDirty() }
    if let limits { expire(limits) }
  }

  /// Takes everything as published without handing anything over; used while restoring.
  public func settle(watermark target: Int64) {
    watermark = max(watermark, target)
    for task in tasks { task.flush() }
    derivedCells.refresh(tasks, marksDirty: false, expiredBefore: expiredBefore)
    registerSegments(watermark: watermark)
    _ = transitions.advance(to: watermark) { catalogue.windows[Int($0)] }
    sessions.advance(to: watermark)
    Publication(ledger: self, previousWatermark: watermark, currencies: currencies).settle()
    confirm()
  }

  /// Publishes the present value of every cell there is at a watermark, whether it changed or not, without previous
  /// values.
  ///
  /// A window past its retention is among them as long as nothing was confirmed since, unless its keys get tombstones.
  @discardableResult
  public func publishAll(watermark target: Int64, _ body: (Update) throws -> Void) rethrows -> Int {
    if catalogue.definition.hasTombstones { settle(watermark: target) } else { advance(to: target) }
    for store in evaluator.stores {
      for group in 0..<catalogue.groups.count {
        let state = store.group(group)
        for place in 0..<state.pointee.segments.count {
          state.pointee.markAllDirty(state.pointee.segments[place])
        }
      }
    }
    var publication = Publication(ledger: self, previousWatermark: watermark, currencies: currencies)
    publication.publishesUnchanged = true
    try publication.run(body)
    confirm()
    return publication.count
  }

  /// Enters new segments with the transition queue and the currencies of new money rows with the list.
  private func registerSegments(watermark: Int64) {
    for store in evaluator.stores {
      for number in 0..<catalogue.groups.count {
        let state = store.group(number)
        for place in state.pointee.registeredCount..<state.pointee.segments.count {
          let segment = state.pointee.segments[place].pointee
          register(segment, number, watermark: watermark)
        }
        state.pointee.registeredCount = state.pointee.segments.count
        if catalogue.groups[number].currencySlot >= 0 { collectCurrencies(store, state) }
      }
    }
  }

  /// Enters a segment's window, or the windows over the panes it holds.
  private func register(_ segment: Segment, _ group: Int, watermark: Int64) {
    let window = catalogue.windows[Int(segment.window)]
    let bounds = WindowBounds(start: segment.start, end: segment.end)
    if window.isPublished {
      transitions.register(
        TransitionQueue.Key(window: segment.window, bounds: bounds), in: window, watermark: watermark)
      return
    }
    guard let owner = catalogue.paneOwners[Int(segment.window)], !catalogue.windows[owner].isSession,
      catalogue.keeps(group: group, window: owner)
    else { return }
    let overlapping = catalogue.windows[owner]
    transitions.register(
      overlapping.calendar.windows(containing: segment.start), over: segment.start, of: Int32(owner),
      in: overlapping, watermark: watermark)
  }

  private func collectCurrencies(_ store: CellStore, _ state: UnsafeMutablePointer<GroupState>) {
    // The texts of a store are few and only ever added, but which of them are currencies only rows can tell.
    for place in 0..<state.pointee.segments.count {
      let segment = state.pointee.segments[place]
      guard segment.pointee.end == WindowBounds.latest || segment.pointee.isDirty else { continue }
      for row in segment.pointee.checkedCurrencyRows..<segment.pointee.rowCount {
        let hash = store.texts.hash(of: UInt32(segment.pointee.row(row)[1] >> 32))
        if !currencies.contains(hash) { currencies.append(hash) }
      }
      segment.pointee.checkedCurrencyRows = segment.pointee.rowCount
    }
  }

  /// Marks all cells of a window, in every store and group.
  private func markAll(_ key: TransitionQueue.Key) {
    for store in evaluator.stores {
      for number in 0..<catalogue.groups.count {
        store.group(number).pointee.markAllDirty(window: key.window, key.bounds)
      }
    }
  }

  /// The limits up to which windows are past their retention in event time, by window; nil when none is later than
  /// before.
  ///
  /// The wall clock has no say: a topic that is filled with old events is read to its end now and then, and what comes
  /// next is as old. A partition read to its end holds the others back by one more retention at most.
  var nextExpiry: [Int64]? {
    let latest = streamTime
    guard latest > .min else { return nil }
    var limits = expiredBefore
    for (number, window) in catalogue.windows.enumerated() where !window.isAll {
      let slowest =
        tasks.map { task in
          task.isAtEnd ? max(task.streamTime, latest - window.retentionMillis) : task.streamTime
        }.min() ?? .min
      guard slowest > .min else { continue }
      // A window that has not become final is kept, however old.
      var limit = min(slowest - window.retentionMillis, max(watermark, .min / 2) - window.graceMillis)
      if isOfSessions[number] {
        // Looking through all sessions takes time, so it is done now and then.
        limit = floorDivide(limit, by: Self.sessionExpiryMillis) * Self.sessionExpiryMillis
        guard limit > limits[number] else { continue }
        limit = min(
          limit, earliestSession(over: number, endingAfter: max(watermark, .min / 2) - window.graceMillis))
      }
      limits[number] = max(limits[number], limit)
    }
    return limits == expiredBefore ? nil : limits
  }

  private static let sessionExpiryMillis = 10 * Millis.minute

  /// Where the first session begins that ends after a limit and has panes in a window.
  private func earliestSession(over window: Int, endingAfter limit: Int64) -> Int64 {
    catalogue.paneOwners[window].map { sessions.earliestStart(endingAfter: limit, window: Int32($0)) } ?? .max
  }

  /// Takes windows that ended at or before the limits as gone, for good.
  func drop(before limits: [Int64]) {
    (droppedBefore, expiredBefore) = (limits, limits)
    for task in tasks {
      task.expire(before: limits)
      task.drop(before: droppedBefore)
    }
  }

  /// The same for windows of sessions, which must have been found; those that have not closed stay, with all of their
  /// panes.
  func dropSessions(before found: [(window: Int, limit: Int64)]) {
    var limits = expiredBefore
    for (window, limit) in found {
      limits[window] = max(limits[window], min(limit, earliestSession(over: window, endingAfter: watermark)))
      droppedBefore[window] = limits[window]
    }
    guard !found.isEmpty else { return }
    expire(limits)
    for task in tasks { task.drop(before: droppedBefore) }
  }

  private func expire(_ limits: [Int64]) {
    for (number, window) in catalogue.windows.enumerated()
    where window.isSession && limits[number] > expiredBefore[number] {
      sessions.expire(window: Int32(number), limit: limits[number])
    }
    expiredBefore = limits
    for task in tasks { task.expire(before: limits) }
    derivedCells.store.expire(before: limits)
  }

  /// Since when a metric is complete in a window and scope: the latest of its measures, `Int64.min` from the beginning.
  func completeSince(of metric: Catalogue.Metric, window: Int, scope: Int) -> Int64 {
    if completeSince.isEmpty { return .min }
    var latest = Int64.min
    for position in 0..<metric.formula.count where metric.formula[position].group >= 0 {
      let instruction = metric.formula[position]
      let isLevel = catalogue.groups[Int(instruction.group)].isLevel
      var kept = KeptMeasure(
        group: Int(instruction.group), measure: Int(instruction.measure),
        window: isLevel ? evaluator.allWindow : window, scope: scope)
      latest = max(latest, completeSince[catalogue.keptIdentity(kept)] ?? .min)
      for pane in catalogue.windows[kept.window].panes {
        kept.window = pane
        latest = max(latest, completeSince[catalogue.keptIdentity(kept)] ?? .min)
      }
    }
    return latest
  }

  // MARK: - Figures

  /// Live cells of all tasks and of derived rows.
  public var cellCount: Int { tasks.reduce(derivedCells.store.cellCount) { $0 + $1.cellCount } }

  /// Windows with cells, counted once for each partition, and for derived rows, and each group of measures.
  public var windowCount: Int { tasks.reduce(derivedCells.store.windowCount) { $0 + $1.cells.windowCount } }

  /// Memory that is allocated for the cells, rows, links and remembered ids of all tasks and of derived rows, in bytes.
  public var byteCount: Int { tasks.reduce(derivedCells.store.byteCount) { $0 + $1.byteCount } }

  public var rowCount: Int { tasks.reduce(0) { $0 + $1.rowCount } }

  /// How often a dimension's value was taken as `__other__`, because its partition keeps no more texts.
  public var overflowCount: Int { tasks.reduce(0) { $0 + $1.cells.texts.overflowCount } }

  /// The books of all partitions together.
  public var books: Books { tasks.reduce(Books()) { $0 + $1.books } }
}
