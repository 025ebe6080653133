/// A hash index over rows kept elsewhere that grows by itself.
///
/// It stores no keys; the caller compares. Rows are numbered from 0 in the order in which they come, and never removed
/// one by one.
struct IndexTable: ~Copyable {
  private var slots = HashSlots(rows: 6)

  deinit { slots.free() }

  /// Memory that is allocated, in bytes.
  var byteCount: Int { slots.byteCount }

  /// The row for `hash` that `isEqual` accepts, or -1.
  @inline(__always)
  func find(_ hash: UInt64, _ isEqual: (Int) -> Bool) -> Int { slots.find(hash, isEqual).row }

  /// The row for `hash` that `isEqual` accepts, or -1 when there was none and `row` was added.
  ///
  /// `hashOf` gives the hash of any row, for growth.
  @inline(__always)
  mutating func find(
    _ hash: UInt64, orInsert row: Int, hashOf: (Int) -> UInt64, isEqual: (Int) -> Bool
  ) -> Int {
    let place = slots.find(hash, isEqual)
    if place.row >= 0 { return place.row }
    if slots.holds(row + 1) {
      slots.set(place.slot, hash, row: row)
    } else {
      grow(hashOf)
      slots.insert(hash, row: row)
    }
    return -1
  }

  /// Adds a row that `find` did not find.
  @inline(__always)
  mutating func insert(_ hash: UInt64, row: Int, hashOf: (Int) -> UInt64) {
    _ = find(hash, orInsert: row, hashOf: hashOf, isEqual: { _ in false })
  }

  mutating func removeAll() { slots.clear() }

  @inline(never)
  private mutating func grow(_ hashOf: (Int) -> UInt64) {
    let old = slots
    let grown = old.doubled()
    old.forEachRow { grown.insert(hashOf($0), row: $0) }
    old.free()
    slots = grown
  }
}
