@testable import Service

extension SnapshotHeader {
  /// The bytes of a whole file.
  func file(_ content: [UInt8]) -> [UInt8] {
    SnapshotFile.head(self, contentCount: content.count) + content
      + SnapshotFile.tail(checksum: CRC32C.checksum(content))
  }

  /// A file as versions 1 and 2 have it: without a base.
  func file(_ content: [UInt8], version: UInt32) -> [UInt8] {
    func bytes<Word: FixedWidthInteger>(_ value: Word) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    func text(_ text: String) -> [UInt8] { bytes(UInt32(text.utf8.count)) + Array(text.utf8) }
    let fields = bytes(sequence) + bytes(createdMillis) + text(group) + text(build)
    return Array("NADISNAP".utf8) + bytes(version) + bytes(UInt32(fields.count)) + fields
      + bytes(CRC32C.checksum(fields)) + bytes(UInt64(content.count)) + content
      + bytes(CRC32C.checksum(content)) + Array("NADISNAP".utf8)
  }
}
