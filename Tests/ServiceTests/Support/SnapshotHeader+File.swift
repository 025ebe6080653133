@testable import Service

extension SnapshotHeader {
  /// The bytes of a whole file.
  func file(_ content: [UInt8]) -> [UInt8] {
    SnapshotFile.head(self, contentCount: content.count) + content
      + SnapshotFile.tail(checksum: CRC32C.checksum(content))
  }
}
