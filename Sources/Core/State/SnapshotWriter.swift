/// Appends little-endian values to a growing buffer; the one way state becomes bytes.
struct SnapshotWriter: ~Copyable {
  private(set) var bytes = FlatArray<UInt8>()

  /// - Parameter capacity: how many bytes are expected.
  init(capacity: Int = 0) { bytes.reserve(capacity) }

  mutating func write(_ value: UInt32) { writeWord(value.littleEndian) }
  mutating func write(_ value: UInt64) { writeWord(value.littleEndian) }
  mutating func write(_ value: Int64) { writeWord(value.littleEndian) }

  /// A length of 32 bits, then the bytes.
  mutating func write(_ text: UnsafeBufferPointer<UInt8>) {
    write(UInt32(text.count))
    bytes.append(contentsOf: text)
  }

  /// A length of 32 bits, then what `body` writes.
  mutating func writeSection(_ body: (inout SnapshotWriter) -> Void) {
    let begin = bytes.count
    write(UInt32(0))
    body(&self)
    let length = UInt32(bytes.count - begin - MemoryLayout<UInt32>.size)
    UnsafeMutableRawPointer(bytes.base + begin).storeBytes(of: length.littleEndian, as: UInt32.self)
  }

  mutating func write(_ text: String) {
    var text = text
    text.withUTF8 { write($0) }
  }

  /// Whole arrays of plain words, as they lie in memory; every supported machine is little-endian.
  ///
  /// - Returns: where they lie, until the next is written.
  @discardableResult
  mutating func write(words: UnsafePointer<UInt64>, count: Int) -> UnsafeMutableRawPointer {
    let place = UnsafeMutableRawPointer(bytes.appendUninitialized(count * 8))
    place.copyMemory(from: words, byteCount: count * 8)
    return place
  }

  private mutating func writeWord<Word: FixedWidthInteger & BitwiseCopyable>(_ value: Word) {
    let size = MemoryLayout<Word>.size
    UnsafeMutableRawPointer(bytes.appendUninitialized(size)).storeBytes(of: value, as: Word.self)
  }
}
