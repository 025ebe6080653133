/// Appends little-endian values to a growing buffer; the one way state becomes bytes.
///
/// Where a part of the state is as it was in an earlier one, the base, a copy of its bytes there may be told instead.
struct SnapshotWriter: ~Copyable {
  /// Whether parts may be copied from the base.
  let isRelative: Bool
  /// Whether parts are to remember where they lie, because this state will be the base.
  let becomesBase: Bool
  /// Whether bytes are only counted, because they are known.
  let onlyCounts: Bool
  /// Whether there is only room left for the rows of segments, to be copied later.
  let defersRows: Bool
  /// The new bytes so far.
  private(set) var bytes = FlatArray<UInt8>()
  private var runs = FlatArray<StateChanges.Run>()
  /// Bytes that are copied or only counted.
  private var copied = 0
  /// Where the new bytes of the last run begin.
  private var runStart = 0
  /// Whether a section is longer than its length can tell.
  private(set) var isTooLarge = false
  private let sectionBytesMax: Int
  private var rowLists = FlatArray<SegmentCopy.Rows>()
  private var owed = FlatArray<OwedRows>()

  /// - Parameter capacity: how many new bytes are expected.
  init(
    capacity: Int = 0, isRelative: Bool = false, becomesBase: Bool = false, onlyCounts: Bool = false,
    defersRows: Bool = false, sectionBytesMax: Int = Int(UInt32.max)
  ) {
    self.sectionBytesMax = sectionBytesMax
    self.onlyCounts = onlyCounts
    self.defersRows = defersRows
    self.isRelative = isRelative
    self.becomesBase = becomesBase
    bytes.reserve(capacity)
    runs.append(StateChanges.Run(start: 0, copied: 0, added: 0))
  }

  /// Bytes of the state so far.
  var offset: Int { copied + bytes.count }

  consuming func finished() -> StateChanges {
    assert(!defersRows, "there are rows to be copied")
    closeRun()
    return StateChanges(runs: runs, added: bytes, isTooLarge: isTooLarge)
  }

  /// What is to be completed by copying rows.
  consuming func deferred() -> StateEncoding {
    closeRun()
    return StateEncoding(runs: runs, bytes: bytes, lists: rowLists, owed: owed, isTooLarge: isTooLarge)
  }

  mutating func write(_ value: UInt32) { writeWord(value.littleEndian) }
  mutating func write(_ value: UInt64) { writeWord(value.littleEndian) }
  mutating func write(_ value: Int64) { writeWord(value.littleEndian) }

  /// A length of 32 bits, then the bytes.
  mutating func write(_ text: UnsafeBufferPointer<UInt8>) {
    write(UInt32(text.count))
    if onlyCounts { return count(text.count) }
    bytes.append(contentsOf: text)
  }

  /// A length of 32 bits, then what `body` writes.
  mutating func writeSection(_ body: (inout SnapshotWriter) -> Void) {
    let place = bytes.count
    write(UInt32(0))
    let begin = offset
    body(&self)
    fill(place, length(ofSectionOf: offset - begin))
  }

  /// What tells the length of a section of so many bytes.
  mutating func length(ofSectionOf count: Int) -> UInt32 {
    guard count <= sectionBytesMax else {
      isTooLarge = true
      return 0
    }
    return UInt32(count)
  }

  /// A count of 32 bits that `body` returns, before what it writes.
  mutating func writeCounted(_ body: (inout SnapshotWriter) -> Int) {
    let place = bytes.count
    write(UInt32(0))
    fill(place, UInt32(body(&self)))
  }

  /// Gives a number of 32 bits that was written before its final value.
  private func fill(_ place: Int, _ value: UInt32) {
    if onlyCounts { return }
    UnsafeMutableRawPointer(bytes.base + place).storeBytes(of: value.littleEndian, as: UInt32.self)
  }

  mutating func write(_ text: String) {
    var text = text
    text.withUTF8 { write($0) }
  }

  /// Whole arrays of plain words, as they lie in memory; every supported machine is little-endian. Not when bytes are only
  /// counted.
  mutating func write<Word: FixedWidthInteger & BitwiseCopyable>(words: UnsafePointer<Word>, count: Int) {
    let size = count * MemoryLayout<Word>.stride
    room(for: size).copyMemory(from: words, byteCount: size)
  }

  /// New bytes without a value, to be written before the next.
  mutating func room(for size: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bytes.appendUninitialized(size))
  }

  /// New bytes without a value, to be written before the state is told.
  ///
  /// - Returns: their offset in all new bytes.
  mutating func leaveRoom(for size: Int) -> Int {
    let place = bytes.count
    _ = bytes.appendUninitialized(size)
    return place
  }

  /// Notes rows of the segment at hand that belong at an offset.
  mutating func deferRows(_ rows: Range<Int>, offset: Int) {
    rowLists.append(SegmentCopy.Rows(first: rows.lowerBound, end: rows.upperBound, offset: offset))
  }

  /// How many stretches of rows were deferred.
  var rowListCount: Int { rowLists.count }

  /// Notes the segment at hand, some of whose rows were deferred.
  mutating func owe(_ rows: OwedRows) { owed.append(rows) }

  /// Goes on by so many bytes when they are only counted.
  mutating func count(_ size: Int) {
    assert(onlyCounts, "bytes that are written must be told")
    copied += size
  }

  /// What lies at a place of the base.
  mutating func copy(from start: Int, count: Int) {
    assert(isRelative, "there is nothing to copy from")
    guard count > 0 else { return }
    copied += count
    let last = runs.base + (runs.count - 1)
    if bytes.count == runStart, last.pointee.start + last.pointee.copied == UInt64(start) {
      last.pointee.copied += UInt64(count)
      return
    }
    closeRun()
    runs.append(StateChanges.Run(start: UInt64(start), copied: UInt64(count), added: 0))
  }

  private mutating func closeRun() {
    (runs.base + (runs.count - 1)).pointee.added = UInt64(bytes.count - runStart)
    runStart = bytes.count
  }

  private mutating func writeWord<Word: FixedWidthInteger & BitwiseCopyable>(_ value: Word) {
    let size = MemoryLayout<Word>.size
    if onlyCounts { return count(size) }
    UnsafeMutableRawPointer(bytes.appendUninitialized(size)).storeBytes(of: value, as: Word.self)
  }
}

/// Writes little-endian values into room that was left for them.
struct WordWriter {
  private var place: UnsafeMutableRawPointer

  init(place: UnsafeMutableRawPointer) { self.place = place }

  @inline(__always)
  mutating func write<Word: FixedWidthInteger & BitwiseCopyable>(_ value: Word) {
    place.storeBytes(of: value.littleEndian, as: Word.self)
    place += MemoryLayout<Word>.size
  }
}
