/// An open-addressing hash index over rows kept elsewhere: slots hold a row number plus one, zero is empty.
///
/// It stores no keys; the caller compares. At most three quarters full. Rows are never removed one by one.
struct IndexTable: ~Copyable {
  private var slots: UnsafeMutablePointer<UInt32>
  private var mask: Int
  private(set) var count: Int

  init() {
    slots = UnsafeMutablePointer.allocate(capacity: 8)
    slots.initialize(repeating: 0, count: 8)
    mask = 7
    count = 0
  }

  deinit { slots.deallocate() }

  /// Memory that is allocated, in bytes.
  var byteCount: Int { (mask + 1) * MemoryLayout<UInt32>.stride }

  /// The row for `hash` that `isEqual` accepts, or -1.
  @inline(__always)
  func find(_ hash: UInt64, _ isEqual: (Int) -> Bool) -> Int {
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let entry = slots[slot]
      if entry == 0 { return -1 }
      if isEqual(Int(entry) - 1) { return Int(entry) - 1 }
      slot = (slot + 1) & mask
    }
  }

  /// Adds a row that `find` did not find. `hashOf` gives the hash of any row, for growth.
  @inline(__always)
  mutating func insert(_ hash: UInt64, row: Int, hashOf: (Int) -> UInt64) {
    if (count + 1) * 4 > (mask + 1) * 3 { grow(hashOf) }
    place(hash, row)
    count += 1
  }

  mutating func removeAll() {
    slots.initialize(repeating: 0, count: mask + 1)
    count = 0
  }

  @inline(__always)
  private func place(_ hash: UInt64, _ row: Int) {
    var slot = Int(truncatingIfNeeded: hash) & mask
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
    for slot in 0..<oldSize where old[slot] != 0 {
      let row = Int(old[slot]) - 1
      place(hashOf(row), row)
    }
    old.deallocate()
  }
}
