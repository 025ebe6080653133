/// Appends little-endian values to a growing buffer; the one way state becomes bytes.
struct SnapshotWriter: ~Copyable {
  private(set) var bytes = FlatArray<UInt8>()

  mutating func write(_ value: UInt32) { writeWord(value.littleEndian) }
  mutating func write(_ value: UInt64) { writeWord(value.littleEndian) }
  mutating func write(_ value: Int64) { writeWord(value.littleEndian) }

  /// A length of 32 bits, then the bytes.
  mutating func write(_ text: UnsafeBufferPointer<UInt8>) {
    write(UInt32(text.count))
    bytes.append(contentsOf: text)
  }

  mutating func write(_ text: String) {
    var text = text
    text.withUTF8 { write($0) }
  }

  /// Whole arrays of plain words, as they lie in memory; every supported machine is little-endian.
  mutating func write(words: UnsafePointer<UInt64>, count: Int) {
    let size = count * 8
    bytes.appendUninitialized(size).withMemoryRebound(to: UInt8.self, capacity: size) { place in
      UnsafeMutableRawPointer(place).copyMemory(from: UnsafeRawPointer(words), byteCount: size)
    }
  }

  private mutating func writeWord<Word: FixedWidthInteger & BitwiseCopyable>(_ value: Word) {
    let size = MemoryLayout<Word>.size
    UnsafeMutableRawPointer(bytes.appendUninitialized(size)).storeBytes(of: value, as: Word.self)
  }
}
