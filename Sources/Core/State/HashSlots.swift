/// The slots of an open-addressing hash index over rows kept elsewhere, at most three quarters full.
///
/// A slot holds a row's number plus one, zero is empty. A table of 2ⁿ slots needs n bits for that; the others hold bits
/// of the row's hash, so that a search hardly ever looks at another row than the one it finds. No keys are stored: the
/// caller compares. Rows are numbered from 0 without gaps and never removed one by one. Freed by whoever owns it.
struct HashSlots: BitwiseCopyable {
  private let slots: UnsafeMutablePointer<UInt32>
  /// The bits of a slot's number.
  private let bits: UInt64
  /// The bits of a slot that hold a row.
  private let mask: UInt32

  /// Where a search ended: at a row, or, with row -1, at the empty slot where it would be.
  struct Place: BitwiseCopyable {
    let slot: Int
    let row: Int
  }

  /// - Parameter rows: how many rows there is room for.
  init(rows: Int) {
    var bits: UInt64 = 2
    while !Self.holds(rows, 1 << Int(bits)) { bits += 1 }
    self.init(bits: bits)
  }

  private init(bits: UInt64) {
    precondition(bits < 32, "an index has more than 1,600 million rows")
    self.bits = bits
    mask = 1 << UInt32(bits) - 1
    slots = .allocate(capacity: Int(mask) + 1)
    slots.initialize(repeating: 0, count: Int(mask) + 1)
  }

  func free() { slots.deallocate() }

  var count: Int { Int(mask) + 1 }

  /// Memory that is allocated, in bytes.
  var byteCount: Int { count * MemoryLayout<UInt32>.stride }

  /// Whether there is room for so many rows.
  @inline(__always)
  func holds(_ rows: Int) -> Bool { Self.holds(rows, count) }

  @inline(__always)
  private static func holds(_ rows: Int, _ count: Int) -> Bool { rows * 4 <= count * 3 }

  /// The row for `hash` that `isEqual` accepts.
  @inline(__always)
  func find(_ hash: UInt64, _ isEqual: (Int) -> Bool) -> Place {
    let spread = Self.spread(hash)
    let tag = tag(spread)
    var slot = home(spread)
    while true {
      let value = slots[slot]
      if value == 0 { return Place(slot: slot, row: -1) }
      // The row plus one is left where the tags are equal, and more than the mask otherwise.
      let difference = value ^ tag
      if difference <= mask, isEqual(Int(difference) - 1) {
        return Place(slot: slot, row: Int(difference) - 1)
      }
      slot = (slot + 1) & Int(mask)
    }
  }

  /// Adds a row, for which there is room, at the empty slot where the search for it ended.
  @inline(__always)
  func set(_ slot: Int, _ hash: UInt64, row: Int) {
    slots[slot] = tag(Self.spread(hash)) | UInt32(truncatingIfNeeded: row + 1)
  }

  /// Adds a row that is not there and for which there is room.
  @inline(__always)
  func insert(_ hash: UInt64, row: Int) { set(find(hash) { _ in false }.slot, hash, row: row) }

  func clear() { slots.update(repeating: 0, count: count) }

  /// Slots for twice as many rows, empty.
  func doubled() -> HashSlots { HashSlots(bits: bits + 1) }

  /// All rows, in no order.
  func forEachRow(_ body: (Int) -> Void) {
    for slot in 0..<count where slots[slot] != 0 { body(Int(slots[slot] & mask) - 1) }
  }

  /// The hashes of short texts that begin alike share their lower bits, so all bits are spread over the upper ones.
  @inline(__always)
  private static func spread(_ hash: UInt64) -> UInt64 { hash &* 0x9E37_79B9_7F4A_7C15 }

  /// Where to look first: the uppermost bits.
  @inline(__always)
  private func home(_ spread: UInt64) -> Int { Int(truncatingIfNeeded: spread &>> (64 &- bits)) }

  /// Bits in the middle, which depend on all below them, with zeros where the row is.
  @inline(__always)
  private func tag(_ spread: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: spread &>> 8) & ~mask }
}
