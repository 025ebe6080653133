#if canImport(Glibc)
  import Glibc
#endif

/// Writes to an open file in large pieces, and keeps the checksum of its content.
struct FileWriter {
  private let disk: any Disk
  private let descriptor: Int32
  private let path: String
  private var waiting: [UInt8] = []
  private var sum = CRC32C()
  private(set) var byteCount = 0

  private static let pieceBytes = 1 << 20

  init(disk: any Disk, descriptor: Int32, path: String) {
    self.disk = disk
    self.descriptor = descriptor
    self.path = path
  }

  /// That of everything since `beginContent`.
  var checksum: UInt32 { sum.checksum }

  mutating func beginContent() { sum = CRC32C() }

  mutating func write(_ bytes: [UInt8]) throws(POSIXFault) {
    try bytes.span.bytes.withUnsafeBytes { (all) throws(POSIXFault) in try write(all) }
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(POSIXFault) {
    sum.add(bytes)
    byteCount += bytes.count
    if waiting.count + bytes.count > Self.pieceBytes { try flush() }
    if bytes.count > Self.pieceBytes {
      try send(bytes)
    } else {
      waiting.append(contentsOf: bytes)
    }
  }

  /// Hands over what waits.
  mutating func flush() throws(POSIXFault) {
    try waiting.span.bytes.withUnsafeBytes { (all) throws(POSIXFault) in try send(all) }
    waiting.removeAll(keepingCapacity: true)
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws(POSIXFault) {
    var written = 0
    while written < bytes.count {
      do {
        written += try disk.write(UnsafeRawBufferPointer(rebasing: bytes[written...]), to: descriptor, path)
      } catch let fault where fault.code == EINTR {
        continue
      }
    }
  }
}
