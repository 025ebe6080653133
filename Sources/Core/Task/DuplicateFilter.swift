/// Remembers event ids for at least one horizon of event time, in two generations.
///
/// An id is kept as 128 bits of hash. When stream time has moved on by a horizon the older generation is dropped, so
/// an id is remembered for one to two horizons.
struct DuplicateFilter: ~Copyable {
  /// Where a generation lies in the base of later snapshots; it is only ever added to.
  private struct Base {
    var start = 0
    var words = 0
  }

  private var currentBase = Base()
  private var previousBase = Base()
  private var current = FlatArray<Int64>()
  private var currentIndex = IndexTable()
  private var previous = FlatArray<Int64>()
  private var previousIndex = IndexTable()
  private var generationStart = Int64.min
  private let horizonMillis: Int64

  init(horizonMillis: Int64) { self.horizonMillis = horizonMillis }

  var count: Int { (current.count + previous.count) / 2 }

  /// Memory that is allocated, in bytes.
  var byteCount: Int {
    current.byteCount + currentIndex.byteCount + previous.byteCount + previousIndex.byteCount
  }

  /// Moves on with stream time; call before `isNew`.
  @inline(__always)
  mutating func advance(to streamTime: Int64) {
    if streamTime < generationStart &+ horizonMillis, generationStart != .min { return }
    rotate(to: streamTime)
  }

  @inline(never)
  private mutating func rotate(to streamTime: Int64) {
    if generationStart == .min {
      generationStart = streamTime
      return
    }
    let isOneOn = streamTime < generationStart + 2 * horizonMillis
    previous.removeAll()
    previousIndex = IndexTable()
    if isOneOn {
      swap(&previous, &current)
      swap(&previousIndex, &currentIndex)
      previousBase = currentBase
    } else {
      current.removeAll()
      currentIndex = IndexTable()
      previousBase = Base()
    }
    currentBase = Base()
    generationStart = streamTime
  }

  /// Whether the id was not seen within the horizon; remembers it.
  @inline(__always)
  mutating func isNew(_ low: Int64, _ high: Int64) -> Bool {
    if contains(low, high) { return false }
    insertCurrent(low, high)
    return true
  }

  @inline(__always)
  private func contains(_ low: Int64, _ high: Int64) -> Bool {
    let recent = current.base
    if currentIndex.find(UInt64(bitPattern: low), { recent[$0 * 2] == low && recent[$0 * 2 + 1] == high })
      >= 0
    {
      return true
    }
    if previous.count == 0 { return false }
    let older = previous.base
    return previousIndex.find(UInt64(bitPattern: low)) { older[$0 * 2] == low && older[$0 * 2 + 1] == high }
      >= 0
  }

  private mutating func insertCurrent(_ low: Int64, _ high: Int64) {
    let row = current.count / 2
    current.append(low)
    current.append(high)
    let recent = current.base
    currentIndex.insert(UInt64(bitPattern: low), row: row) { UInt64(bitPattern: recent[$0 * 2]) }
  }

  mutating func encode(into output: inout SnapshotWriter) {
    output.write(generationStart)
    previousBase = Self.encode(previous.base, previous.count, previousBase, into: &output)
    currentBase = Self.encode(current.base, current.count, currentBase, into: &output)
  }

  /// Returns where the words lie in the base from here on.
  private static func encode(
    _ words: UnsafePointer<Int64>, _ count: Int, _ base: Base, into output: inout SnapshotWriter
  ) -> Base {
    output.write(UInt32(count / 2))
    let start = output.offset
    let copied = output.isRelative ? base.words : 0
    if copied > 0 { output.copy(from: base.start, count: copied * MemoryLayout<Int64>.stride) }
    if output.onlyCounts {
      output.count(count * MemoryLayout<Int64>.stride)
    } else {
      output.write(words: words + copied, count: count - copied)
    }
    return output.becomesBase ? Base(start: start, words: count) : base
  }

  mutating func decode(from input: inout SnapshotReader) throws(SnapshotFault) {
    let start = try input.readInt64()
    guard start == .min || (0...PartitionTask.latestTime).contains(start) else {
      throw .malformed("ids are remembered from an impossible time")
    }
    for generation in 0..<2 {
      for _ in 0..<(try input.readCount(itemBytes: 16)) {
        let low = try input.readInt64()
        let high = try input.readInt64()
        insertCurrent(low, high)
      }
      if generation == 0 {
        swap(&previous, &current)
        swap(&previousIndex, &currentIndex)
      }
    }
    generationStart = start
  }
}
