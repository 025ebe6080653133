/// Why the bytes of a snapshot were refused.
public enum SnapshotFault: Error, Equatable, Sendable {
  /// The bytes end before the value at this offset does.
  case truncated(offset: Int)
  /// Something is not as the format says; the text says what.
  case malformed(String)
}

/// Reads what `SnapshotWriter` wrote, refusing anything that does not fit.
struct SnapshotReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private(set) var offset = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { offset == bytes.count }
  var remaining: Int { bytes.count - offset }

  mutating func readUInt32() throws(SnapshotFault) -> UInt32 { try readWord(UInt32.self) }
  mutating func readUInt64() throws(SnapshotFault) -> UInt64 { try readWord(UInt64.self) }
  mutating func readInt64() throws(SnapshotFault) -> Int64 { try readWord(Int64.self) }

  mutating func readBytes() throws(SnapshotFault) -> UnsafeBufferPointer<UInt8> {
    let count = Int(try readUInt32())
    guard count <= remaining else { throw .truncated(offset: offset) }
    let slice = UnsafeBufferPointer(rebasing: bytes[offset..<offset + count])
    offset += count
    return slice
  }

  mutating func readText() throws(SnapshotFault) -> String {
    String(decoding: try readBytes(), as: UTF8.self)
  }

  /// Copies `count` words to `destination`.
  mutating func read(words destination: UnsafeMutablePointer<UInt64>, count: Int) throws(SnapshotFault) {
    guard count >= 0, count <= remaining / 8, let start = bytes.baseAddress else {
      throw .truncated(offset: offset)
    }
    UnsafeMutableRawPointer(destination).copyMemory(
      from: UnsafeRawPointer(start + offset), byteCount: count * 8)
    offset += count * 8
  }

  /// A count that must leave room for that many items of at least `itemBytes` each.
  mutating func readCount(itemBytes: Int) throws(SnapshotFault) -> Int {
    let count = Int(try readUInt32())
    guard count <= remaining / max(itemBytes, 1) else { throw .truncated(offset: offset) }
    return count
  }

  private mutating func readWord<Word: FixedWidthInteger & BitwiseCopyable>(
    _ type: Word.Type
  ) throws(SnapshotFault) -> Word {
    let size = MemoryLayout<Word>.size
    guard size <= remaining, let start = bytes.baseAddress else { throw .truncated(offset: offset) }
    defer { offset += size }
    return Word(littleEndian: UnsafeRawPointer(start + offset).loadUnaligned(as: Word.self))
  }
}
