/// The cells of one group in one window: rows of words with an index, and what they were at the last publication.
///
/// A row is two words of key (scope and first id; second id and currency), one word of changes (40 bits) and dirty
/// slot (24 bits), one with a bit for each measure that ever contributed, then the measures' words. A dirty record is the
/// row number, then the words as they were; a row that is new since has none, for all its words were 0. The marks of
/// changed pages lie before the rows.
struct Segment: BitwiseCopyable {
  let window: Int32
  let start: Int64
  let end: Int64
  let rowWords: Int
  private(set) var rows: UnsafeMutablePointer<UInt64>
  private(set) var rowCount = 0
  /// How many rows the ledger has looked at for new currencies.
  var checkedCurrencyRows = 0
  private var rowCapacity: Int
  private var slots: HashSlots
  private var dirty: UnsafeMutablePointer<UInt64>
  private var dirtyCount = 0
  private var dirtyCapacity: Int
  /// Rows that are new since the last publication, and the first of them.
  private var newCount = 0
  private var firstNew = Int.max
  /// Values of multiset measures, with how often each occurs.
  private(set) var members: UnsafeMutablePointer<MultisetMember>?
  private(set) var memberCount = 0
  private var memberCapacity = 0
  private var memberSlots: HashSlots?
  /// Where this segment lies in the base of later snapshots, with how many rows; -1 when it is not there.
  var baseStart = -1
  var baseBytes = 0
  var baseRowCount = 0
  /// What a snapshot still needs of the rows as they are.
  var copy: UnsafeMutablePointer<SegmentCopy>?

  static let dirtySlotMask: UInt64 = 0xFF_FFFF
  /// The slot of a row that is new since the last publication.
  private static let newSlot = dirtySlotMask
  /// What such a row was: longer than any row.
  private nonisolated(unsafe) static let nothing: UnsafeMutablePointer<UInt64> = {
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: rowWordsMax)
    words.initialize(repeating: 0, count: rowWordsMax)
    return words
  }()
  private static let rowWordsMax = 1_024
  static let changesShift: UInt64 = 24

  /// - Parameter expected: how many rows it is likely to have; room for them is made at once.
  init(window: Int32, start: Int64, end: Int64, rowWords: Int, expected: Int) {
    self.window = window
    self.start = start
    self.end = end
    precondition(rowWords <= Self.rowWordsMax, "a group has more measures than a mask has bits")
    self.rowWords = rowWords
    rowCapacity = max(2, expected)
    rows = Self.allocateRows(rowCapacity, rowWords)
    slots = HashSlots(rows: expected)
    dirtyCapacity = 0
    dirty = UnsafeMutablePointer(bitPattern: 8)!
  }

  /// Room for rows, behind clear marks of their pages.
  private static func allocateRows(_ capacity: Int, _ rowWords: Int) -> UnsafeMutablePointer<UInt64> {
    let marks = PageMarks.words(rows: capacity)
    let place = UnsafeMutablePointer<UInt64>.allocate(capacity: marks + capacity * rowWords)
    place.initialize(repeating: 0, count: marks)
    return place + marks
  }

  func free() {
    marks.deallocate()
    slots.free()
    if dirtyCapacity > 0 { dirty.deallocate() }
    members?.deallocate()
    memberSlots?.free()
  }

  /// Memory that is allocated, in bytes.
  var byteCount: Int {
    let words =
      ((rowCapacity + dirtyCapacity) * rowWords + PageMarks.words(rows: rowCapacity))
      * MemoryLayout<UInt64>.stride
    let memberBytes = memberCapacity * MemoryLayout<MultisetMember>.stride
    let slotBytes = slots.byteCount + (memberSlots?.byteCount ?? 0)
    return MemoryLayout<Segment>.stride + words + memberBytes + slotBytes
  }

  /// Under which a group finds the segment of a window.
  static func indexHash(_ window: Int32, _ start: Int64, _ end: Int64) -> UInt64 {
    Hashing.combine(
      UInt64(UInt32(bitPattern: window)) &+ 1, UInt64(bitPattern: start &+ end &* 0x9E37_79B9_7F4A_7C1))
  }

  var indexHash: UInt64 { Self.indexHash(window, start, end) }

  // MARK: - Rows

  @inline(__always)
  static func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
    Hashing.fold(first ^ 0x9E37_79B9_7F4A_7C15, second ^ 0xD6E8_FEB8_6659_FD93)
  }

  @inline(__always)
  func row(_ number: Int) -> UnsafeMutablePointer<UInt64> { rows + number * rowWords }

  /// The row with this key, or -1.
  @inline(__always)
  func find(_ first: UInt64, _ second: UInt64) -> Int {
    place(Self.hash(first, second), first, second).row
  }

  @inline(__always)
  mutating func findOrInsert(_ first: UInt64, _ second: UInt64) -> Int {
    let hash = Self.hash(first, second)
    let place = place(hash, first, second)
    return place.row < 0 ? insert(first, second, hash, place.slot) : place.row
  }

  @inline(__always)
  private func place(_ hash: UInt64, _ first: UInt64, _ second: UInt64) -> HashSlots.Place {
    slots.find(hash) { number in
      let candidate = row(number)
      return candidate[0] == first && candidate[1] == second
    }
  }

  /// Adds a row whose search ended at an empty slot.
  @inline(never)
  private mutating func insert(_ first: UInt64, _ second: UInt64, _ hash: UInt64, _ slot: Int) -> Int {
    if rowCount == rowCapacity { growRows() }
    let number = rowCount
    rowCount += 1
    let place = row(number)
    place.initialize(repeating: 0, count: rowWords)
    place[0] = first
    place[1] = second
    if slots.holds(rowCount) { slots.set(slot, hash, row: number) } else { growSlots() }
    return number
  }

  private mutating func growSlots() {
    let grown = slots.doubled()
    slots.free()
    slots = grown
    for number in 0..<rowCount { grown.insert(Self.hash(row(number)[0], row(number)[1]), row: number) }
  }

  private mutating func growRows() {
    let capacity = rowCapacity * 2
    let moved = Self.allocateRows(capacity, rowWords)
    moved.moveInitialize(from: rows, count: rowCount * rowWords)
    let words = PageMarks.words(rows: rowCapacity)
    (moved - PageMarks.words(rows: capacity)).update(from: marks, count: words)
    marks.deallocate()
    rows = moved
    rowCapacity = capacity
  }

  // MARK: - Changed pages

  private var marks: UnsafeMutablePointer<UInt64> { rows - PageMarks.words(rows: rowCapacity) }

  /// Notes that a row is not any more as it is in the base of later snapshots.
  @inline(__always)
  func markChanged(_ number: Int) { PageMarks.set(marks, row: number) }

  /// Lets a snapshot have a row as it is; to be called before it changes.
  @inline(__always)
  func keep(_ number: Int) {
    if let copy { copy.pointee.keep(row: number) }
  }

  func isChanged(page: Int) -> Bool { PageMarks.isSet(marks, page: page) }

  /// Whether any row is not as it is in the base.
  var isChanged: Bool {
    baseStart < 0 || rowCount != baseRowCount
      || (0..<PageMarks.words(rows: rowCount)).contains { marks[$0] != 0 }
  }

  /// Takes the segment as it is now as what the base holds.
  mutating func noteBase(start: Int, byteCount: Int) {
    (baseStart, baseBytes, baseRowCount) = (start, byteCount, rowCount)
    marks.update(repeating: 0, count: PageMarks.words(rows: rowCount))
  }

  // MARK: - Dirty rows

  /// Remembers a row as it is, unless it is remembered already.
  @inline(__always)
  mutating func markDirty(_ number: Int) {
    let place = row(number)
    if place[2] & Self.dirtySlotMask == 0 { remember(place, number) }
  }

  @inline(never)
  private mutating func remember(_ place: UnsafeMutablePointer<UInt64>, _ number: Int) {
    if place[2] == 0 {
      place[2] = Self.newSlot
      newCount += 1
      firstNew = min(firstNew, number)
      return
    }
    if dirtyCount == dirtyCapacity { growDirty() }
    let record = dirty + dirtyCount * rowWords
    record.initialize(from: place, count: rowWords)
    record[0] = UInt64(number)
    dirtyCount += 1
    precondition(
      dirtyCount < Int(Self.dirtySlotMask), "more than 16 million cells of one window changed at once")
    place[2] |= UInt64(dirtyCount)
  }

  private mutating func growDirty() {
    let capacity = max(4, dirtyCapacity * 2)
    let moved = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity * rowWords)
    moved.moveInitialize(from: dirty, count: dirtyCount * rowWords)
    if dirtyCapacity > 0 { dirty.deallocate() }
    dirty = moved
    dirtyCapacity = capacity
  }

  /// Whether any row changed since the last publication.
  var isDirty: Bool { dirtyCount + newCount > 0 }

  /// The rows that changed since the last publication: those that were there in the order of their changes, then the new
  /// ones.
  func forEachDirty(_ body: (Int) throws -> Void) rethrows {
    for record in 0..<dirtyCount { try body(Int(dirty[record * rowWords])) }
    guard newCount > 0 else { return }
    for number in firstNew..<rowCount where row(number)[2] & Self.dirtySlotMask == Self.newSlot {
      try body(number)
    }
  }

  /// The measures of a row as they were at the last publication: itself when it has not changed.
  @inline(__always)
  func published(_ number: Int) -> UnsafeMutablePointer<UInt64> {
    let place = row(number)
    let slot = place[2] & Self.dirtySlotMask
    if slot == 0 { return place }
    return slot == Self.newSlot ? Self.nothing : dirty + (Int(slot) - 1) * rowWords
  }

  /// Takes all rows as published; gives back the memory of a large burst.
  mutating func clearDirty() {
    forEachDirty { row($0)[2] &= ~Self.dirtySlotMask }
    (dirtyCount, newCount, firstNew) = (0, 0, .max)
    if dirtyCapacity > 0 {
      dirty.deallocate()
      dirtyCapacity = 0
      dirty = UnsafeMutablePointer(bitPattern: 8)!
    }
  }

  // MARK: - Multisets

  /// Adds `amount` occurrences of `element` to the multiset that begins at `word` of a row.
  ///
  /// The word holds the first member's number plus one in its low half and the count of present members in its
  /// high half. Members whose count falls to zero stay, so that the layout depends on history alone.
  mutating func adjust(row number: Int, word: Int, element: Int64, by amount: Int64) {
    let hash = Self.memberHash(row: UInt32(number), word: UInt32(word), element)
    let owner = UInt32(number)
    var place = HashSlots.Place(slot: 0, row: -1)
    if let memberSlots, let members {
      place = memberSlots.find(hash) { candidate in
        members[candidate].element == element && members[candidate].row == owner
          && members[candidate].word == UInt32(word)
      }
    }
    let found = place.row >= 0 ? place.row : insertMember(row: number, word: word, element, hash, place.slot)
    guard let members else { return }
    let before = members[found].count
    members[found].count += amount
    let head = row(number) + word
    if before == 0, members[found].count != 0 { head.pointee &+= 1 << 32 }
    if before != 0, members[found].count == 0 { head.pointee &-= 1 << 32 }
  }

  @inline(__always)
  private static func memberHash(row: UInt32, word: UInt32, _ element: Int64) -> UInt64 {
    Hashing.combine(UInt64(row) * 64 + UInt64(word), UInt64(bitPattern: element))
  }

  /// Adds a member whose search ended at an empty slot.
  private mutating func insertMember(
    row number: Int, word: Int, _ element: Int64, _ hash: UInt64, _ slot: Int
  ) -> Int {
    if memberCount == memberCapacity { growMembers() }
    let head = row(number) + word
    let member = memberCount
    memberCount += 1
    members?[member] = MultisetMember(
      element: element, count: 0, row: UInt32(number), word: UInt32(word),
      next: UInt32(truncatingIfNeeded: head.pointee))
    head.pointee = head.pointee & ~0xFFFF_FFFF | UInt64(member + 1)
    if let memberSlots, memberSlots.holds(memberCount) {
      memberSlots.set(slot, hash, row: member)
    } else {
      growMemberSlots()
    }
    return member
  }

  private mutating func growMembers() {
    let capacity = max(4, memberCapacity * 2)
    let moved = UnsafeMutablePointer<MultisetMember>.allocate(capacity: capacity)
    if let members {
      moved.moveInitialize(from: members, count: memberCount)
      members.deallocate()
    }
    members = moved
    memberCapacity = capacity
  }

  private mutating func growMemberSlots() {
    let grown = memberSlots?.doubled() ?? HashSlots(rows: memberCapacity)
    memberSlots?.free()
    memberSlots = grown
    guard let members else { return }
    for number in 0..<memberCount {
      let member = members[number]
      grown.insert(Self.memberHash(row: member.row, word: member.word, member.element), row: number)
    }
  }
}

/// One value of a multiset and how often it occurs.
struct MultisetMember: BitwiseCopyable {
  var element: Int64
  var count: Int64
  var row: UInt32
  var word: UInt32
  /// The next member of the same multiset, plus one; 0 ends the list.
  var next: UInt32
}
