/// By scope and id: when it was first and last seen, for the ids of scopes whose roster is learnt.
struct RosterTable: ~Copyable {
  struct Entry: BitwiseCopyable {
    var first: Int64
    var last: Int64
    /// The tag of the zone it was last seen in.
    var tag: UInt32
    var isKnown: UInt32
  }

  /// By scope, then by text number; the company is number 0.
  private var entries: [[Entry]]
  /// The earliest time of any contribution; `Int64.max` before the first.
  private(set) var earliest = Int64.max

  init(scopeCount: Int) { entries = Array(repeating: [], count: scopeCount) }

  /// Memory that is allocated for entries, in bytes.
  var byteCount: Int { entries.reduce(0) { $0 + $1.capacity * MemoryLayout<Entry>.stride } }

  mutating func note(scope: Int, _ number: UInt32, time: Int64, tag: UInt8) {
    earliest = min(earliest, time)
    let place = Int(number)
    let missing = place + 1 - entries[scope].count
    if missing > 0 {
      entries[scope].append(
        contentsOf: repeatElement(Entry(first: .max, last: .min, tag: 0, isKnown: 0), count: missing))
    }
    entries[scope][place].isKnown = 1
    entries[scope][place].first = min(entries[scope][place].first, time)
    if time >= entries[scope][place].last {
      entries[scope][place].last = time
      entries[scope][place].tag = UInt32(tag)
    }
  }

  /// Calls `body` with every known id of a scope.
  func forEach(scope: Int, _ body: (UInt32, Entry) -> Void) {
    for (number, entry) in entries[scope].enumerated() where entry.isKnown == 1 {
      body(UInt32(number), entry)
    }
  }

  func encode(scope: Int, into output: inout SnapshotWriter) {
    output.write(UInt32(entries[scope].count))
    for entry in entries[scope] {
      output.write(entry.first)
      output.write(entry.last)
      output.write(entry.tag)
      output.write(entry.isKnown)
    }
  }

  mutating func decode(scope: Int?, textCount: Int, from input: inout SnapshotReader) throws(SnapshotFault) {
    let count = try input.readCount(itemBytes: 24)
    for number in 0..<count {
      let first = try input.readInt64()
      let last = try input.readInt64()
      let tag = UInt8(truncatingIfNeeded: try input.readUInt32())
      let isKnown = try input.readUInt32()
      guard number <= textCount else { throw .malformed("the roster names text \(number) of \(textCount)") }
      if isKnown == 1, let scope {
        note(scope: scope, UInt32(number), time: first, tag: tag)
        note(scope: scope, UInt32(number), time: last, tag: tag)
      }
    }
  }
}
