/// The state of one group within one cell store: the combine buffer and the segments.
///
/// A contribution first meets the others of its batch in the combine buffer, keyed by its full set of dimension
/// values and its pane; `flush` then fans each distinct entry out to scopes and windows.
struct GroupState: ~Copyable {
  let program: GroupProgram
  private let layout: GroupLayout
  private var entries = FlatArray<UInt64>()
  private var entryCount = 0
  private var entryIndex = IndexTable()
  private var operations = FlatArray<MultisetOperation>()
  /// All segments, in order of creation.
  var segments = FlatArray<UnsafeMutablePointer<Segment>>()
  private var segmentIndex = IndexTable()
  private var cursors: [WindowCursor]
  /// By window position: the segment used last.
  private var recent: [UnsafeMutablePointer<Segment>?]
  /// How many of `segments` the ledger knows of.
  var registeredCount = 0
  /// Segments with dirty rows.
  var dirtySegments = FlatArray<UnsafeMutablePointer<Segment>>()
  private var pane: PaneCursor

  init(program: GroupProgram, windows: [Catalogue.Window]) {
    self.program = program
    layout = GroupLayout(dimensionCount: program.dimensions.count)
    cursors = []
    for position in 0..<program.windows.count {
      cursors.append(WindowCursor(windows[Int(program.windows[position])].calendar))
    }
    recent = Array(repeating: nil, count: program.windows.count)
    pane = PaneCursor(cursors.map(\.calendar))
  }

  deinit {
    for number in 0..<segments.count {
      segments[number].pointee.free()
      segments[number].deallocate()
    }
  }

  // MARK: - Combine

  /// Adds an item (`sign` 1) or takes it back (`sign` -1).
  ///
  /// - Parameters:
  ///   - numbers: the text numbers of the item's dimensions, one for each slot.
  ///   - mask: bit n set: window n of the group takes it.
  @inline(__always)
  mutating func combine(
    _ item: UnsafePointer<Int64>, numbers: UnsafePointer<UInt32>, mask: UInt64, sign: Int64
  ) {
    let paneStart = program.isLevel ? 0 : pane.start(containing: item[0])
    let dimensionWords = layout.dimensionWords
    let keyWords = dimensionWords + 2
    let words = Int(program.deltaWords)
    // The key is built in place at the end of the entries and kept only if it is new.
    let candidate = entries.appendUninitialized(words)
    var hash: UInt64 = 0x51_7C_C1_B7_27_22_0A_95
    for pair in 0..<dimensionWords {
      let low = UInt64(numbers[pair * 2])
      let high = pair * 2 + 1 < layout.dimensionCount ? UInt64(numbers[pair * 2 + 1]) : 0
      candidate[pair] = low | high << 32
      hash = Hashing.combine(hash, candidate[pair])
    }
    candidate[dimensionWords] = UInt64(bitPattern: paneStart)
    candidate[dimensionWords + 1] = mask
    hash = Hashing.combine(hash, UInt64(bitPattern: paneStart) ^ mask &* 0x9E37_79B9_7F4A_7C15)
    let base = entries.base
    let found = entryIndex.find(hash) { number in
      let other = base + number * words
      for word in 0..<keyWords where other[word] != candidate[word] { return false }
      return true
    }
    let entry: UnsafeMutablePointer<UInt64>
    if found >= 0 {
      entries.truncate(to: entries.count - words)
      entry = base + found * words
    } else {
      (candidate + keyWords).initialize(repeating: 0, count: words - keyWords)
      let layout = layout
      entryIndex.insert(hash, row: entryCount) { Self.entryHash(base + $0 * words, layout) }
      entryCount += 1
      entry = candidate
    }
    entry[keyWords] &+= 1
    add(item, to: entry, sign: sign, contributedWord: keyWords + 1)
  }

  private static func entryHash(_ entry: UnsafeMutablePointer<UInt64>, _ layout: GroupLayout) -> UInt64 {
    var hash: UInt64 = 0x51_7C_C1_B7_27_22_0A_95
    for pair in 0..<layout.dimensionWords { hash = Hashing.combine(hash, entry[pair]) }
    return Hashing.combine(
      hash, entry[layout.dimensionWords] ^ entry[layout.dimensionWords + 1] &* 0x9E37_79B9_7F4A_7C15)
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

  /// How many distinct entries wait to be applied.
  var pendingCount: Int { entryCount }

  /// Fans every combined entry out to the cells of its scopes and windows.
  ///
  /// - Parameter marksDirty: false while restoring, when nothing that happens is to be published.
  mutating func flush(marksDirty: Bool, expiredBefore: [Int64]) {
    let words = Int(program.deltaWords)
    for number in 0..<entryCount {
      let entry = entries.base + number * words
      let time = Int64(bitPattern: entry[layout.dimensionWords])
      let mask = entry[layout.dimensionWords + 1]
      for position in 0..<program.windows.count where mask >> UInt64(position) & 1 == 1 {
        let window = Int(program.windows[position])
        let bounds = cursors[position].bounds(containing: time)
        if isExpired(position, bounds, expiredBefore[window]) { continue }
        apply(entry, to: segment(position, bounds), marksDirty: marksDirty)
      }
    }
    entries.removeAll()
    entryCount = 0
    entryIndex.removeAll()
    operations.removeAll()
  }

  private mutating func segment(_ position: Int, _ bounds: WindowBounds) -> UnsafeMutablePointer<Segment> {
    if let last = recent[position], last.pointee.start == bounds.start { return last }
    let window = program.windows[position]
    let found = find(window: window, start: bounds.start) ?? create(window, bounds)
    recent[position] = found
    return found
  }

  private static func segmentHash(_ window: Int32, _ start: Int64) -> UInt64 {
    Hashing.combine(UInt64(UInt32(bitPattern: window)) &+ 1, UInt64(bitPattern: start))
  }

  /// The segment of a window, or nil.
  func find(window: Int32, start: Int64) -> UnsafeMutablePointer<Segment>? {
    let segments = segments.base
    let number = segmentIndex.find(Self.segmentHash(window, start)) {
      segments[$0].pointee.window == window && segments[$0].pointee.start == start
    }
    return number < 0 ? nil : segments[number]
  }

  mutating func create(_ window: Int32, _ bounds: WindowBounds) -> UnsafeMutablePointer<Segment> {
    let created = UnsafeMutablePointer<Segment>.allocate(capacity: 1)
    created.initialize(
      to: Segment(window: window, start: bounds.start, end: bounds.end, rowWords: Int(program.cellWords)))
    segments.append(created)
    let segments = segments.base
    segmentIndex.insert(Self.segmentHash(window, bounds.start), row: self.segments.count - 1) {
      Self.segmentHash(segments[$0].pointee.window, segments[$0].pointee.start)
    }
    return created
  }

  /// Marks every row of a segment, known by its place in `segments`.
  mutating func markAllDirty(_ place: Int) {
    let segment = segments[place]
    let wasClean = segment.pointee.dirtyCount == 0
    for row in 0..<segment.pointee.rowCount { segment.pointee.markDirty(row) }
    if wasClean, segment.pointee.dirtyCount > 0 { dirtySegments.append(segment) }
  }

  /// Marks every row of a window, if there are any.
  mutating func markAllDirty(window: Int32, start: Int64) {
    let segments = segments.base
    let place = segmentIndex.find(Self.segmentHash(window, start)) {
      segments[$0].pointee.window == window && segments[$0].pointee.start == start
    }
    if place >= 0 { markAllDirty(place) }
  }

  /// Whether a window is past its retention: when the one after it ended at or before the limit, because that one is
  /// published with this one's value beside its own.
  private func isExpired(_ position: Int, _ bounds: WindowBounds, _ limit: Int64) -> Bool {
    if bounds.end > limit { return false }
    guard let next = cursors[position].calendar.next(of: bounds) else { return false }
    return next.end <= limit
  }

  private func position(of window: Int32) -> Int {
    for position in 0..<program.windows.count where program.windows[position] == window { return position }
    preconditionFailure("a segment belongs to a window of its group")
  }

  /// Frees the segments of windows that are past their retention.
  mutating func expire(before limits: [Int64]) {
    var kept = 0
    let all = segments.count
    for number in 0..<all {
      let segment = segments[number]
      let position = position(of: segment.pointee.window)
      let bounds = WindowBounds(start: segment.pointee.start, end: segment.pointee.end)
      if isExpired(position, bounds, limits[Int(segment.pointee.window)]) {
        precondition(segment.pointee.dirtyCount == 0, "a window expired with changes that were not published")
        segment.pointee.free()
        segment.deallocate()
      } else {
        segments[kept] = segment
        kept += 1
      }
    }
    guard kept < all else { return }
    segments.truncate(to: kept)
    registeredCount = kept
    for position in 0..<recent.count { recent[position] = nil }
    segmentIndex.removeAll()
    let base = segments.base
    for number in 0..<kept {
      segmentIndex.insert(
        Self.segmentHash(base[number].pointee.window, base[number].pointee.start), row: number
      ) { Self.segmentHash(base[$0].pointee.window, base[$0].pointee.start) }
    }
  }

  @inline(__always)
  private mutating func apply(
    _ entry: UnsafeMutablePointer<UInt64>, to segment: UnsafeMutablePointer<Segment>, marksDirty: Bool
  ) {
    let keyWords = layout.dimensionWords + 2
    let wasClean = segment.pointee.dirtyCount == 0
    for number in 0..<program.scopes.count {
      let scope = program.scopes[number]
      guard let key = key(of: scope, entry) else { continue }
      let row = segment.pointee.findOrInsert(key.0, key.1)
      if marksDirty { segment.pointee.markDirty(row) }
      let place = segment.pointee.row(row)
      place[2] &+= entry[keyWords] << Segment.changesShift
      place[3] |= entry[keyWords + 1]
      addWords(of: entry, to: place)
      if program.hasMultisets { applyOperations(entry[keyWords + 2], segment, row) }
    }
    if wasClean, segment.pointee.dirtyCount > 0 { dirtySegments.append(segment) }
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
      let from = entry + Int(measure.pointee.deltaWord)
      let to = place + Int(measure.pointee.cellWord)
      switch measure.pointee.aggregate {
      case .count:
        to[0] = to[0] &+ from[0]
      case .sum:
        let (sum, carry) = to[0].addingReportingOverflow(from[0])
        to[0] = sum
        to[1] = to[1] &+ from[1] &+ (carry ? 1 : 0)
      case .distinct, .quantile, .minimum, .maximum:
        break
      }
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

/// A change of a multiset that waits in the combine buffer.
struct MultisetOperation: BitwiseCopyable {
  var element: Int64
  var amount: Int64
  var word: Int32
  var next: UInt32
}
