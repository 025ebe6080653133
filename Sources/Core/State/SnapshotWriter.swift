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
  /// The new bytes so far.
  private(set) var bytes = FlatArray<UInt8>()
  private var runs = FlatArray<StateChanges.Run>()
  /// Bytes that are copied or only counted.
  private var copied = 0
  /// Where the new bytes of the last run begin.
  private var runStart = 0

  /// - Parameter capacity: how many new bytes are expected.
  init(capacity: Int = 0, isRelative: Bool = false, becomesBase: Bool = false, onlyCounts: Bool = false) {
    self.onlyCounts = onlyCounts
    self.isRelative = isRelative
    self.becomesBase = becomesBase
    bytes.reserve(capacity)
    runs.append(StateChanges.Run(start: 0, copied: 0, added: 0))
  }

  /// Bytes of the state so far.
  var offset: Int { copied + bytes.count }

  consuming func finished() -> StateChanges {
    closeRun()
    return StateChanges(runs: runs, added: bytes)
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
    if onlyCounts { return }
    let length = UInt32(offset - begin)
    UnsafeMutableRawPointer(bytes.base + place).storeBytes(of: length.littleEndian, as: UInt32.self)
  }

  mutating func write(_ text: String) {
    var text = text
    text.withUTF8 { write($0) }
  }

  /// Whole arrays of plain words, as they lie in memory; every supported machine is little-endian. Not when bytes are only
  /// counted.
  ///
  /// - Returns: where they lie, until the next is written.
  @discardableResult
  mutating func write<Word: FixedWidthInteger & BitwiseCopyable>(
    words: UnsafePointer<Word>, count: Int
  ) -> UnsafeMutableRawPointer {
    let size = count * MemoryLayout<Word>.stride
    let place = UnsafeMutableRawPointer(bytes.appendUninitialized(size))
    place.copyMemory(from: words, byteCount: size)
    return place
  }

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
