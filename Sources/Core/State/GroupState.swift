/// The state of one group within one cell store: the combine buffer and the segments.
///
/// A contribution first meets the others of its batch in the combine buffer, keyed by its full set of dimension
/// values and its pane; `flush` then fans each distinct entry out to scopes and windows.
struct GroupState: ~Copyable {
  let program: GroupProgram
  private let layout: GroupLayout
  private let levels: UnsafeMutablePointer<FanOutLevel>
  private let levelCount: Int
  private var operations = FlatArray<MultisetOperation>()
  /// All segments, in order of creation.
  var segments = FlatArray<UnsafeMutablePointer<Segment>>()
  private var segmentIndex = IndexTable()
  /// All segments, in an order that does not depend on when they were created as soon as `sortSegments` was called.
  private(set) var order = FlatArray<SegmentPlace>()
  private let calendars: [WindowCalendar]
  /// By window position: where its windows are, and segments used last, by a few bits of their start.
  private let cursors: UnsafeMutablePointer<WindowCursor>
  private let recent: UnsafeMutablePointer<UnsafeMutablePointer<Segment>?>
  /// How many of `segments` the ledger knows of.
  var registeredCount = 0
  /// Segments with dirty rows.
  var dirtySegments = FlatArray<UnsafeMutablePointer<Segment>>()

  init(program: GroupProgram, windows: [Catalogue.Window]) {
    self.program = program
    layout = GroupLayout(dimensionCount: program.dimensions.count)
    let slots = (0..<program.windows.count).map { program.windows[$0] }
    calendars = slots.map { windows[Int($0.window)].calendar }
    let stored = zip(slots, calendars).map { $0.isStored ? $1 : nil }
    let plan = LevelPlan(stored, isSingle: program.hasMultisets).levels
    levelCount = plan.count
    levels = .allocate(capacity: levelCount)
    for (number, level) in plan.enumerated() {
      (levels + number).initialize(
        to: FanOutLevel(level, dimensionWords: layout.dimensionWords, words: Int(program.deltaWords)))
    }
    cursors = .allocate(capacity: max(slots.count, 1))
    recent = .allocate(capacity: max(slots.count, 1) * Self.recentCount)
    recent.initialize(repeating: nil, count: slots.count * Self.recentCount)
    for (position, calendar) in stored.enumerated() {
      // Windows that are not stored are never looked up by their cursor.
      (cursors + position).initialize(to: WindowCursor(calendar ?? WindowCalendar(kind: .all, zone: .utc)))
    }
  }

  deinit {
    for number in 0..<segments.count {
      segments[number].pointee.free()
      segments[number].deallocate()
    }
    levels.deinitialize(count: levelCount)
    levels.deallocate()
    cursors.deinitialize(count: calendars.count)
    cursors.deallocate()
    recent.deallocate()
  }

  /// Memory that is allocated, in bytes.
  var byteCount: Int {
    var total = segments.byteCount + order.byteCount + segmentIndex.byteCount + operations.byteCount
    total += dirtySegments.byteCount
    for level in 0..<levelCount { total += levels[level].buffer.byteCount }
    for number in 0..<segments.count { total += segments[number].pointee.byteCount }
    return total
  }

  // MARK: - Combine

  /// Adds an item (`sign` 1) or takes it back (`sign` -1).
  ///
  /// - Parameters:
  ///   - numbers: the text numbers of the item's dimensions, one for each slot, and one more if they are odd.
  ///   - mask: bit n set: window n of the group takes it; with the zone's tag.
  @inline(__always)
  mutating func combine(
    _ item: UnsafePointer<Int64>, numbers: UnsafePointer<UInt32>, mask: UInt64, sign: Int64
  ) {
    let paneStart = program.isLevel ? 0 : levels.pointee.pane.bounds(containing: item[0]).start
    let layout = layout
    let entry = levels.pointee.buffer.entry { Self.writeKey($0, layout, numbers, paneStart, mask) }
    let keyWords = layout.dimensionWords + 2
    entry[keyWords] &+= 1
    add(item, to: entry, sign: sign, contributedWord: keyWords + 1)
  }

  @inline(__always)
  private static func writeKey(
    _ entry: UnsafeMutablePointer<UInt64>, _ layout: GroupLayout, _ numbers: UnsafePointer<UInt32>,
    _ paneStart: Int64, _ mask: UInt64
  ) {
    for pair in 0..<layout.dimensionWords {
      entry[pair] = UInt64(numbers[pair * 2]) | UInt64(numbers[pair * 2 + 1]) << 32
    }
    entry[layout.dimensionWords] = UInt64(bitPattern: paneStart)
    entry[layout.dimensionWords + 1] = mask
  }

  @inline(__always)
  private mutating func add(
    _ item: UnsafePointer<Int64>, to entry: UnsafeMutablePointer<UInt64>, sign: Int64, contributedWord: Int
  ) {
    let operationsWord = contributedWord + 1
    for number in 0..<program.measures.count {
      let measure = program.measures.base + number
      let value = item[Int(measure.pointee.itemWord)]
      if value == FieldValue.absent { continue }
      entry[contributedWord] |= 1 << UInt64(number)
      let word = Int(measure.pointee.deltaWord)
      switch measure.pointee.aggregate {
      case .count:
        entry[word] = UInt64(bitPattern: Int64(bitPattern: entry[word]) &+ sign)
      case .sum:
        addWide(value &* sign, to: entry + word)
      case .distinct, .quantile, .minimum, .maximum:
        let head = operations.count + 1
        operations.append(
          MultisetOperation(element: value, amount: sign, word: measure.pointee.cellWord, next: 0))
        if entry[operationsWord] == 0 {
          entry[operationsWord] = UInt64(head) | UInt64(head) << 32
        } else {
          operations.base[Int(entry[operationsWord] >> 32) - 1].next = UInt32(head)
          entry[operationsWord] = entry[operationsWord] & 0xFFFF_FFFF | UInt64(head) << 32
        }
      }
    }
  }

  /// Adds a signed word to a 128-bit sum of two words, low word first.
  @inline(__always)
  private func addWide(_ value: Int64, to place: UnsafeMutablePointer<UInt64>) {
    let (sum, carry) = place[0].addingReportingOverflow(UInt64(bitPattern: value))
    place[0] = sum
    place[1] = place[1] &+ UInt64(bitPattern: value >> 63) &+ (carry ? 1 : 0)
  }

  // MARK: - Apply

  /// How many distinct entries wait in the first level.
  var pendingCount: Int { levels.pointee.buffer.count }

  /// Whether anything waits to be applied.
  var hasPending: Bool { (0..<levelCount).contains { levels[$0].buffer.count > 0 } }

  /// Fans combined entries out to the cells of their scopes and windows.
  ///
  /// - Parameters:
  ///   - limit: what a coarser level holds goes on waiting, for others like it, unless it is more than so much.
  ///   - marksDirty: false while restoring, when nothing that happens is to be published.
  mutating func flush(leaving limit: Int = 0, marksDirty: Bool, expiredBefore: [Int64]) {
    for number in 0..<levelCount {
      let level = levels + number
      guard number == 0 || level.pointee.buffer.count > limit else { continue }
      for waiting in 0..<level.pointee.buffer.count {
        let entry = level.pointee.buffer.entry(waiting)
        let time = Int64(bitPattern: entry[layout.dimensionWords])
        let mask = entry[layout.dimensionWords + 1]
        for place in 0..<level.pointee.positions.count {
          let position = level.pointee.positions[place]
          guard mask >> UInt64(position) & 1 == 1 else { continue }
          let bounds = cursors[position].bounds(containing: time)
          if isExpired(position, bounds, expiredBefore) { continue }
          apply(entry, to: segment(position, bounds), position, marksDirty: marksDirty)
        }
        for coarser in number + 1..<levelCount where levels[coarser].source == number {
          carry(entry, to: coarser, time)
        }
      }
      level.pointee.buffer.removeAll()
    }
    operations.removeAll()
  }

  /// Combines an entry once more by a coarser pane.
  private func carry(_ entry: UnsafeMutablePointer<UInt64>, to number: Int, _ time: Int64) {
    let level = levels + number
    let paneStart = level.pointee.pane.bounds(containing: time).start
    let keyWords = layout.dimensionWords + 2
    let dimensionWords = layout.dimensionWords
    let target = level.pointee.buffer.entry { candidate in
      candidate.initialize(from: entry, count: keyWords)
      candidate[dimensionWords] = UInt64(bitPattern: paneStart)
    }
    target[keyWords] &+= entry[keyWords]
    target[keyWords + 1] |= entry[keyWords + 1]
    for number in 0..<program.measures.count {
      let measure = program.measures.base + number
      let word = Int(measure.pointee.deltaWord)
      measure.pointee.aggregate.add(entry + word, to: target + word)
    }
  }

  /// Adds an item to given windows of one position at once, past panes that other windows share.
  mutating func apply(
    _ item: UnsafePointer<Int64>, numbers: UnsafePointer<UInt32>, mask: UInt64, to windows: [WindowBounds],
    position: Int, marksDirty: Bool
  ) {
    precondition(!hasPending, "an item can only be applied alone when none is combined")
    combine(item, numbers: numbers, mask: mask, sign: 1)
    let entry = levels.pointee.buffer.entry(0)
    for bounds in windows { apply(entry, to: segment(position, bounds), position, marksDirty: marksDirty) }
    levels.pointee.buffer.removeAll()
    operations.removeAll()
  }

  private mutating func segment(_ position: Int, _ bounds: WindowBounds) -> UnsafeMutablePointer<Segment> {
    let bits = (UInt64(bitPattern: bounds.start) &* 0x9E37_79B9_7F4A_7C15) >> Self.recentShift
    let slot = recent + (position * Self.recentCount + Int(bits))
    if let known = slot.pointee, known.pointee.start == bounds.start, known.pointee.end == bounds.end {
      return known
    }
    let window = program.windows[position].window
    let used =
      find(window: window, bounds)
      ?? create(window, bounds, rows: likelyRows(window: window, bounds))
    slot.pointee = used
    return used
  }

  /// Events are a little out of order, so a few windows are filled at a time.
  private static let recentCount = 16
  private static let recentShift: UInt64 = 60

  /// A window often holds about as many cells as those before it, of which the last few may still be filled; one out of
  /// turn, such as a late one, does not.
  private func likelyRows(window: Int32, _ bounds: WindowBounds) -> Int {
    var rows = 0
    for place in max(0, segments.count - Self.neighbourMax)..<segments.count {
      let segment = segments[place]
      guard segment.pointee.window == window else { continue }
      if segment.pointee.start > bounds.start { return 0 }
      rows = max(rows, segment.pointee.rowCount)
    }
    return rows
  }

  private static let neighbourMax = 16

  /// The place of a window's segment in `segments`, or -1.
  private func place(window: Int32, _ bounds: WindowBounds) -> Int {
    let segments = segments.base
    return segmentIndex.find(Segment.indexHash(window, bounds.start, bounds.end)) {
      segments[$0].pointee.window == window && segments[$0].pointee.start == bounds.start
        && segments[$0].pointee.end == bounds.end
    }
  }

  /// The segment of a window, or nil.
  func find(window: Int32, _ bounds: WindowBounds) -> UnsafeMutablePointer<Segment>? {
    let number = place(window: window, bounds)
    return number < 0 ? nil : segments[number]
  }

  /// - Parameter rows: how many rows it is likely to have.
  mutating func create(
    _ window: Int32, _ bounds: WindowBounds, rows: Int = 0
  ) -> UnsafeMutablePointer<Segment> {
    let created = UnsafeMutablePointer<Segment>.allocate(capacity: 1)
    created.initialize(
      to: Segment(
        window: window, start: bounds.start, end: bounds.end, rowWords: Int(program.cellWords), expected: rows
      ))
    segments.append(created)
    order.append(SegmentPlace(window: window, start: bounds.start, end: bounds.end, segment: created))
    let segments = segments.base
    segmentIndex.insert(
      Segment.indexHash(window, bounds.start, bounds.end), row: self.segments.count - 1
    ) { segments[$0].pointee.indexHash }
    return created
  }

  /// Whether a window is past its retention: when the one after it ended at or before the limit, because that one is
  /// published with this one's value beside its own.
  func isExpired(_ position: Int, _ bounds: WindowBounds, _ expiredBefore: [Int64]) -> Bool {
    let slot = program.windows[position]
    let limit = expiredBefore[Int(slot.window)]
    if bounds.end > limit { return false }
    // The retention of panes allows for the windows after them.
    if slot.isPane { return true }
    if !slot.isStored { return bounds.end + (bounds.end - bounds.start) <= limit }
    guard let next = calendars[position].next(of: bounds) else { return false }
    return next.end <= limit
  }

  func position(of window: Int32) -> Int {
    for position in 0..<program.windows.count where program.windows[position].window == window {
      return position
    }
    preconditionFailure("a segment belongs to a window of its group")
  }

  /// Frees the segments of windows that are past their retention.
  mutating func expire(before limits: [Int64]) {
    var gone: Set<UnsafeMutablePointer<Segment>> = []
    var kept = 0
    for number in 0..<order.count {
      let place = order[number]
      let bounds = WindowBounds(start: place.start, end: place.end)
      if isExpired(position(of: place.window), bounds, limits) {
        gone.insert(place.segment)
      } else {
        order[kept] = place
        kept += 1
      }
    }
    guard !gone.isEmpty else { return }
    order.truncate(to: kept)
    kept = 0
    for number in 0..<segments.count {
      let segment = segments[number]
      if gone.contains(segment) {
        precondition(!segment.pointee.isDirty, "a window expired with changes that were not published")
        if let copy = segment.pointee.copy { _ = copy.pointee.copy(upTo: .max) }
        segment.pointee.free()
        segment.deallocate()
      } else {
        segments[kept] = segment
        kept += 1
      }
    }
    segments.truncate(to: kept)
    registeredCount = kept
    recent.update(repeating: nil, count: calendars.count * Self.recentCount)
    segmentIndex.removeAll()
    let base = segments.base
    for number in 0..<kept {
      segmentIndex.insert(base[number].pointee.indexHash, row: number) { base[$0].pointee.indexHash }
    }
  }

  @inline(__always)
  private mutating func apply(
    _ entry: UnsafeMutablePointer<UInt64>, to segment: UnsafeMutablePointer<Segment>, _ position: Int,
    marksDirty: Bool
  ) {
    let keyWords = layout.dimensionWords + 2
    let slot = program.windows[position]
    let tag = UInt8(truncatingIfNeeded: entry[layout.dimensionWords + 1] >> 56)
    let wasClean = !segment.pointee.isDirty
    for number in 0..<program.scopes.count {
      let scope = program.scopes[number]
      guard slot.takes(scope, tag: tag), let key = key(of: scope, entry) else { continue }
      let row = segment.pointee.findOrInsert(key.0, key.1)
      segment.pointee.keep(row)
      if marksDirty { segment.pointee.markDirty(row) }
      segment.pointee.markChanged(row)
      let place = segment.pointee.row(row)
      place[2] &+= entry[keyWords] << Segment.changesShift
      place[3] |= entry[keyWords + 1]
      addWords(of: entry, to: place)
      if program.hasMultisets { applyOperations(entry[keyWords + 2], segment, row) }
    }
    if wasClean, segment.pointee.isDirty { dirtySegments.append(segment) }
  }

  /// The key of a scope's cell, or nil when the entry lacks one of its ids.
  @inline(__always)
  private func key(of scope: ScopeProgram, _ entry: UnsafeMutablePointer<UInt64>) -> (UInt64, UInt64)? {
    var first: UInt64 = 0
    var second: UInt64 = 0
    if scope.firstSlot >= 0 {
      first = number(entry, scope.firstSlot)
      if first == 0 { return nil }
    }
    if scope.secondSlot >= 0 {
      second = number(entry, scope.secondSlot)
      if second == 0 { return nil }
    }
    let currency = program.currencySlot >= 0 ? number(entry, program.currencySlot) : 0
    return (first | UInt64(UInt32(bitPattern: scope.scope)) << 32, second | currency << 32)
  }

  @inline(__always)
  private func number(_ entry: UnsafeMutablePointer<UInt64>, _ slot: Int32) -> UInt64 {
    entry[Int(slot) >> 1] >> (slot & 1 == 0 ? 0 : 32) & 0xFFFF_FFFF
  }

  @inline(__always)
  private func addWords(of entry: UnsafeMutablePointer<UInt64>, to place: UnsafeMutablePointer<UInt64>) {
    for number in 0..<program.measures.count {
      let measure = program.measures.base + number
      measure.pointee.aggregate.add(
        entry + Int(measure.pointee.deltaWord), to: place + Int(measure.pointee.cellWord))
    }
  }

  private func applyOperations(_ list: UInt64, _ segment: UnsafeMutablePointer<Segment>, _ row: Int) {
    var next = Int(list & 0xFFFF_FFFF)
    while next != 0 {
      let operation = operations[next - 1]
      segment.pointee.adjust(
        row: row, word: Int(operation.word), element: operation.element, by: operation.amount)
      next = Int(operation.next)
    }
  }
}
