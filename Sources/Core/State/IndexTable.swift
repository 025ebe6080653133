/// An open-addressing hash index over rows kept elsewhere: slots hold a row number plus one, zero is empty.
///
/// It stores no keys; the caller compares. At most three quarters full. Rows are never removed one by one.
struct IndexTable: ~Copyable {
  private var slots: UnsafeMutablePointer<UInt32>
  private var mask: Int
  /// 64 less the bits of a slot's number.
  private var shift: UInt64
  private(set) var count: Int

  init() {
    slots = UnsafeMutablePointer.allocate(capacity: 8)
    slots.initialize(repeating: 0, count: 8)
    mask = 7
    shift = 61
    count = 0
  }

  deinit { slots.deallocate() }

  /// Memory that is allocated, in bytes.
  var byteCount: Int { (mask + 1) * MemoryLayout<UInt32>.stride }

  /// Where to look first. The hashes of short texts that begin alike share their lower bits, so all bits are spread over
  /// the upper ones.
  @inline(__always)
  private func home(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) &>> shift)
  }

  /// The row for `hash` that `isEqual` accepts, or -1.
  @inline(__always)
  func find(_ hash: UInt64, _ isEqual: (Int) -> Bool) -> Int { Int(slots[slot(hash, isEqual)]) - 1 }

  /// The row for `hash` that `isEqual` accepts, or -1 when there was none and `row` was added.
  @inline(__always)
  mutating func find(
    _ hash: UInt64, orInsert row: Int, hashOf: (Int) -> UInt64, isEqual: (Int) -> Bool
  ) -> Int {
    let slot = slot(hash, isEqual)
    if slots[slot] != 0 { return Int(slots[slot]) - 1 }
    slots[slot] = UInt32(row + 1)
    count += 1
    if count * 4 > (mask + 1) * 3 { grow(hashOf) }
    return -1
  }

  /// The slot of the row for `hash` that `isEqual` accepts, or the empty one at which the search for it ends.
  @inline(__always)
  private func slot(_ hash: UInt64, _ isEqual: (Int) -> Bool) -> Int {
    var slot = home(hash)
    while slots[slot] != 0, !isEqual(Int(slots[slot]) - 1) { slot = (slot + 1) & mask }
    return slot
  }

  /// Adds a row that `find` did not find. `hashOf` gives the hash of any row, for growth.
  @inline(__always)
  mutating func insert(_ hash: UInt64, row: Int, hashOf: (Int) -> UInt64) {
    _ = find(hash, orInsert: row, hashOf: hashOf, isEqual: { _ in false })
  }

  mutating func removeAll() {
    slots.initialize(repeating: 0, count: mask + 1)
    count = 0
  }

  @inline(__always)
  private func place(_ hash: UInt64, _ row: Int) {
    var slot = home(hash)
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = UInt32(row + 1)
  }

  @inline(never)
  private mutating func grow(_ hashOf: (Int) -> UInt64) {
    let old = slots
    let oldSize = mask + 1
    slots = UnsafeMutablePointer.allocate(capacity: oldSize * 2)
    slots.initialize(repeating: 0, count: oldSize * 2)
    mask = oldSize * 2 - 1
    shift -= 1
    for slot in 0..<oldSize where old[slot] != 0 {
      let row = Int(old[slot]) - 1
      place(hashOf(row), row)
    }
    old.deallocate()
  }
}
