#if canImport(Glibc)
  import Glibc
#endif

/// Reads lines from a descriptor in blocks, without a limit on their length.
struct LineReader: ~Copyable {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  /// Bytes read so far.
  private(set) var byteCount: Int64 = 0

  private static let blockBytes = 1 << 20

  /// - Throws: `POSIXFault` when the file cannot be opened. `-` is standard input.
  init(path: String) throws(POSIXFault) {
    descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    try POSIXFault.check(descriptor, "open", path)
  }

  deinit {
    if descriptor > 0 { close(descriptor) }
  }

  /// The file's size in bytes; nil for a pipe.
  var size: Int64? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int64(status.st_size)
  }

  /// Appends up to `limit` lines to `bytes` and their ranges to `lines`; empty lines are passed over.
  ///
  /// - Returns: false when nothing is left.
  mutating func read(
    limit: Int, into bytes: inout [UInt8], _ lines: inout [Range<Int>]
  ) throws(POSIXFault) -> Bool {
    while lines.count < limit {
      guard let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) else {
        if isAtEnd {
          append(start..<buffer.count, &bytes, &lines)
          start = buffer.count
          return !lines.isEmpty
        }
        try fill()
        continue
      }
      append(start..<end, &bytes, &lines)
      start = end + 1
    }
    return true
  }

  private func append(_ range: Range<Int>, _ bytes: inout [UInt8], _ lines: inout [Range<Int>]) {
    var range = range
    while let last = range.last, buffer[last] == UInt8(ascii: "\r") || buffer[last] == UInt8(ascii: " ") {
      range = range.lowerBound..<last
    }
    guard !range.isEmpty else { return }
    lines.append(bytes.count..<bytes.count + range.count)
    bytes.append(contentsOf: buffer[range])
  }

  private mutating func fill() throws(POSIXFault) {
    buffer.removeFirst(start)
    start = 0
    let before = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.blockBytes))
    let descriptor = descriptor
    let count = buffer.withUnsafeMutableBytes { bytes -> Int in
      guard let base = bytes.baseAddress else { return 0 }
      while true {
        let count = Glibc.read(descriptor, base + before, Self.blockBytes)
        if count >= 0 || errno != EINTR { return count }
      }
    }
    if count < 0 { throw POSIXFault(call: "read", path: "the input", code: errno) }
    buffer.removeLast(Self.blockBytes - count)
    byteCount += Int64(count)
    if count == 0 { isAtEnd = true }
  }
}
