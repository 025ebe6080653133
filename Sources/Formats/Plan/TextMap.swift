import Core
import Glibc

/// An immutable map from byte strings to numbers, by open addressing.
struct TextMap: BitwiseCopyable {
  private struct Entry: BitwiseCopyable {
    var start: UnsafeRawPointer?
    var count: Int32
    var value: Int32
  }

  private let entries: UnsafePointer<Entry>
  private let mask: UInt64

  /// Keeps copies of the keys in `memory`.
  init(_ pairs: [String: Int], memory: PlanMemory) {
    var capacity = 4
    while capacity < pairs.count * 2 { capacity *= 2 }
    let mask = UInt64(capacity - 1)
    let table = memory.table(Array(repeating: Entry(start: nil, count: 0, value: -1), count: capacity))
    for (key, value) in pairs {
      let bytes = memory.text(key)
      guard let start = bytes.start else { continue }
      var place = Int(Self.hash(start, bytes.count) & mask)
      while table[place].start != nil { place = (place + 1) & (capacity - 1) }
      table[place] = Entry(start: start, count: Int32(bytes.count), value: Int32(value))
    }
    entries = UnsafePointer(table)
    self.mask = mask
  }

  /// The number of a key, or -1.
  @inline(__always)
  func find(_ start: UnsafeRawPointer, _ count: Int) -> Int {
    var place = Self.hash(start, count) & mask
    while true {
      let entry = entries[Int(place)]
      guard let key = entry.start else { return -1 }
      if Int(entry.count) == count, memcmp(key, start, count) == 0 { return Int(entry.value) }
      place = (place &+ 1) & mask
    }
  }

  @inline(__always)
  private static func hash(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
    var head: UInt64 = 0
    var tail: UInt64 = 0
    if count >= 8 {
      head = start.loadUnaligned(as: UInt64.self)
      tail = (start + count - 8).loadUnaligned(as: UInt64.self)
    } else if count >= 4 {
      head = UInt64(start.loadUnaligned(as: UInt32.self))
      tail = UInt64((start + count - 4).loadUnaligned(as: UInt32.self))
    } else if count > 0 {
      head = UInt64(start.load(as: UInt8.self))
      tail = UInt64((start + count - 1).load(as: UInt8.self))
    }
    // Keys are few and chosen by the configuration, so a cheap mix suffices.
    let mixed = (head ^ (tail &* 0x9E37_79B9_7F4A_7C15) &+ UInt64(truncatingIfNeeded: count))
      .multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return mixed.high ^ mixed.low
  }
}
