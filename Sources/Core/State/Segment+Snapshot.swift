extension SnapshotWriter {
  /// Writes a segment: the identity of its window, then a section with its bounds, its rows in order of creation, and the
  /// members of their multisets.
  mutating func write(
    _ segment: UnsafeMutablePointer<Segment>, ofWindow identity: UInt64,
    _ measures: ProgramList<MeasureProgram>
  ) {
    let start = offset
    if isRelative, !segment.pointee.isChanged {
      copy(from: segment.pointee.baseStart, count: segment.pointee.baseBytes)
    } else if defersRows, segment.pointee.memberCount == 0 {
      deferSegment(segment, ofWindow: identity, measures)
    } else {
      write(identity)
      writeSection { segment.pointee.encode(measures, into: &$0) }
    }
    if becomesBase { segment.pointee.noteBase(start: start, byteCount: offset - start) }
  }

  /// Leaves room for a segment without multisets.
  private mutating func deferSegment(
    _ segment: UnsafeMutablePointer<Segment>, ofWindow identity: UInt64,
    _ measures: ProgramList<MeasureProgram>
  ) {
    let start = offset
    let firstList = rowListCount
    let head = leaveRoom(for: Segment.headBytes)
    segment.pointee.forEachStretch(isRelative: isRelative) { rows, base in
      let size = rows.count * segment.pointee.rowWords * MemoryLayout<UInt64>.stride
      if let base { return copy(from: base, count: size) }
      deferRows(rows, offset: leaveRoom(for: size))
    }
    let tail = leaveRoom(for: Segment.tailBytes)
    owe(
      OwedRows(
        segment: segment, measures: measures, windowIdentity: identity, rowCount: segment.pointee.rowCount,
        sectionBytes: length(ofSectionOf: offset - start - Segment.sectionStart), head: head, tail: tail,
        firstList: firstList, listCount: rowListCount - firstList))
  }
}

extension Segment {
  /// The window's identity and the length of the section.
  static let sectionStart = 12
  /// What lies before the rows: these, when the window begins and ends, and how many rows there are.
  static let headBytes = sectionStart + 20
  /// How many members of multisets there are.
  static let tailBytes = 4

  /// Dirty slots and the heads of multisets are left out: they depend on how events were batched.
  fileprivate func encode(_ measures: ProgramList<MeasureProgram>, into output: inout SnapshotWriter) {
    output.write(start)
    output.write(end)
    output.write(UInt32(rowCount))
    forEachStretch(isRelative: output.isRelative) { rows, base in
      let size = rows.count * rowWords * MemoryLayout<UInt64>.stride
      if let base { return output.copy(from: base, count: size) }
      if output.onlyCounts { return output.count(size) }
      copyRows(rows, measures, to: output.room(for: size))
    }
    let present = presentMembers()
    output.write(UInt32(present.count))
    for member in present {
      output.write(member.row)
      output.write(member.word)
      output.write(member.element)
      output.write(member.count)
    }
  }

  /// What lies before the rows of a segment without multisets.
  static func writeHead(_ owed: OwedRows, to place: UnsafeMutableRawPointer) {
    var words = WordWriter(place: place)
    words.write(owed.windowIdentity)
    words.write(owed.sectionBytes)
    words.write(owed.segment.pointee.start)
    words.write(owed.segment.pointee.end)
    words.write(UInt32(owed.rowCount))
  }

  /// The rows in order, in stretches of those that are as they are in the base, with where they lie there, and of others.
  fileprivate func forEachStretch(isRelative: Bool, _ body: (Range<Int>, _ base: Int?) -> Void) {
    guard isRelative, baseStart >= 0 else { return body(0..<rowCount, nil) }
    let baseRows = baseStart + Self.headBytes
    var written = 0
    while written < rowCount {
      var next = written
      while next < baseRowCount, !isChanged(page: next / PageMarks.rows) {
        next = min(next + PageMarks.rows, baseRowCount)
      }
      if next > written {
        body(written..<next, baseRows + written * rowWords * MemoryLayout<UInt64>.stride)
        written = next
      }
      while next < rowCount, next >= baseRowCount || isChanged(page: next / PageMarks.rows) {
        next = min(PageMarks.end(ofPageOf: next), rowCount)
      }
      if next > written { body(written..<next, nil) }
      written = next
    }
  }

  /// Copies rows as they lie in memory, but for what depends on how events were batched.
  func copyRows(
    _ range: Range<Int>, _ measures: ProgramList<MeasureProgram>, to written: UnsafeMutableRawPointer
  ) {
    written.copyMemory(
      from: row(range.lowerBound), byteCount: range.count * rowWords * MemoryLayout<UInt64>.stride)
    for number in range {
      written.storeBytes(
        of: row(number)[2] >> Self.changesShift,
        toByteOffset: ((number - range.lowerBound) * rowWords + 2) * 8, as: UInt64.self)
    }
    for position in 0..<measures.count where measures[position].aggregate.isMultiset {
      let word = Int(measures[position].cellWord)
      for number in 0..<range.count {
        for part in 0..<measures[position].aggregate.cellWords {
          written.storeBytes(of: 0, toByteOffset: (number * rowWords + word + part) * 8, as: UInt64.self)
        }
      }
    }
  }

  /// The members that occur, in an order that does not depend on how events were batched.
  private func presentMembers() -> [MultisetMember] {
    guard let members else { return [] }
    return UnsafeBufferPointer(start: members, count: memberCount).filter { $0.count != 0 }
      .sorted { ($0.row, $0.word, $0.element) < ($1.row, $1.word, $1.element) }
  }

  /// Adds `changes` to a row's count of changes.
  func addChanges(_ changes: UInt64, row number: Int) { row(number)[2] &+= changes << Self.changesShift }
}

/// Carries the cells of a saved segment over to the groups of the present catalogue.
struct CellImport {
  struct Match {
    /// Position of the measure in the saved group and in the present one.
    let saved: Int
    let measure: Int
  }

  /// A present group that keeps some of the saved measures.
  struct Target {
    let group: Int
    let matches: [Match]
    /// By saved scope: the present one, or -1.
    let scopes: [Int]
  }

  private static let occurrencesMax: Int64 = 1 << 40

  let saved: [SavedMeasure]
  /// How many scopes the saved group had.
  let scopeCount: Int
  let targets: [Target]
  let window: Int32

  static func targets(
    _ catalogue: Catalogue, saved: [SavedMeasure], scopes: [UInt64], isMoney: Bool
  ) -> [Target] {
    var targets: [Target] = []
    for group in 0..<catalogue.groups.count where (catalogue.groups[group].currencySlot >= 0) == isMoney {
      var matches: [Match] = []
      for (position, identity) in catalogue.measureIdentities[group].enumerated() {
        guard let found = saved.firstIndex(where: { $0.identity == identity }),
          saved[found].aggregate == catalogue.groups[group].measures[position].aggregate
        else { continue }
        matches.append(Match(saved: found, measure: position))
      }
      guard !matches.isEmpty else { continue }
      let present = scopes.map { identity in
        // Until format 3 a scope was known by its dimensions' names alone.
        catalogue.groupScopeIdentities[group].firstIndex(of: identity)
          ?? catalogue.scopeIdentities.firstIndex(of: identity) ?? -1
      }
      targets.append(Target(group: group, matches: matches, scopes: present))
    }
    return targets
  }

  /// Where each saved measure's words begin in a saved row.
  private var savedWords: [Int] {
    var words: [Int] = []
    var next = GroupLayout.cellHeaderWords
    for measure in saved {
      words.append(next)
      next += measure.aggregate.cellWords
    }
    words.append(next)
    return words
  }

  func read(from input: inout SnapshotReader, into cells: CellStore) throws(SnapshotFault) {
    let bounds = WindowBounds(start: try input.readInt64(), end: try input.readInt64())
    let calendar = cells.catalogue.windows[Int(window)].calendar
    guard calendar.windows(containing: bounds.start).contains(bounds) else {
      throw .malformed("a window from \(bounds.start) to \(bounds.end) is none of its kind")
    }
    let words = savedWords
    let rowWords = words[saved.count]
    var keys: [(UInt64, UInt64)] = []
    let scratch = UnsafeMutablePointer<UInt64>.allocate(capacity: rowWords)
    defer { scratch.deallocate() }
    for _ in 0..<(try input.readCount(itemBytes: rowWords * 8)) {
      try input.read(words: scratch, count: rowWords)
      let savedScope = Int(scratch[0] >> 32)
      guard savedScope < scopeCount else {
        throw .malformed("a cell names scope \(savedScope) of \(scopeCount)")
      }
      for number in [scratch[0], scratch[1], scratch[1] >> 32]
      where number & 0xFFFF_FFFF > UInt64(cells.texts.count) {
        throw .malformed("a cell names text \(number & 0xFFFF_FFFF) of \(cells.texts.count)")
      }
      keys.append((scratch[0], scratch[1]))
      for target in targets {
        guard let first = first(of: scratch[0], in: target, cells) else { continue }
        let segment = cells.segment(target.group, window, bounds)
        let row = segment.pointee.findOrInsert(first, scratch[1])
        segment.pointee.addChanges(scratch[2], row: row)
        copy(target, scratch, words, to: segment.pointee.row(row), cells.group(target.group).pointee.program)
      }
    }
    try readMembers(from: &input, keys: keys, words: words, bounds, into: cells)
  }

  /// The first word of a saved cell's key in a present group; nil when that has no such cells.
  private func first(of saved: UInt64, in target: Target, _ cells: CellStore) -> UInt64? {
    let scope = target.scopes[Int(saved >> 32)]
    guard scope >= 0, cells.keeps(target.group, scope: scope, window: window) else { return nil }
    return saved & 0xFFFF_FFFF | UInt64(scope) << 32
  }

  private func copy(
    _ target: Target, _ scratch: UnsafeMutablePointer<UInt64>, _ words: [Int],
    to place: UnsafeMutablePointer<UInt64>, _ program: GroupProgram
  ) {
    for match in target.matches {
      if scratch[3] >> UInt64(match.saved) & 1 == 1 { place[3] |= 1 << UInt64(match.measure) }
      let aggregate = saved[match.saved].aggregate
      guard !aggregate.isMultiset else { continue }
      let word = Int(program.measures[match.measure].cellWord)
      for part in 0..<aggregate.cellWords { place[word + part] = scratch[words[match.saved] + part] }
    }
  }

  private func readMembers(
    from input: inout SnapshotReader, keys: [(UInt64, UInt64)], words: [Int], _ bounds: WindowBounds,
    into cells: CellStore
  ) throws(SnapshotFault) {
    for _ in 0..<(try input.readCount(itemBytes: 24)) {
      let row = Int(try input.readUInt32())
      let word = Int(try input.readUInt32())
      let element = try input.readInt64()
      let count = try input.readInt64()
      guard row < keys.count, (1...Self.occurrencesMax).contains(count),
        let measure = words.dropLast().firstIndex(of: word), saved[measure].aggregate.isMultiset
      else {
        throw .malformed("a multiset member names row \(row) of \(keys.count), word \(word)")
      }
      for target in targets {
        guard let match = target.matches.first(where: { $0.saved == measure }),
          let first = first(of: keys[row].0, in: target, cells)
        else { continue }
        let segment = cells.segment(target.group, window, bounds)
        let program = cells.group(target.group).pointee.program
        segment.pointee.adjust(
          row: segment.pointee.findOrInsert(first, keys[row].1),
          word: Int(program.measures[match.measure].cellWord), element: element, by: count)
      }
    }
  }
}

extension CellStore {
  /// Whether a group keeps cells of this scope in this window.
  func keeps(_ number: Int, scope: Int, window: Int32) -> Bool {
    let program = group(number).pointee.program
    var hasScope = false
    for position in 0..<program.scopes.count where Int(program.scopes[position].scope) == scope {
      hasScope = true
    }
    guard hasScope else { return false }
    return catalogue.keeps(group: number, window: Int(window))
  }

  /// The segment of a window, created if need be.
  func segment(_ number: Int, _ window: Int32, _ bounds: WindowBounds) -> UnsafeMutablePointer<Segment> {
    group(number).pointee.find(window: window, bounds)
      ?? group(number).pointee.create(window, bounds)
  }
}
