/// Reads big-endian integers from bytes and throws where they end.
struct ByteReader {
  let zone: String
  let bytes: [UInt8]
  private(set) var position = 0

  init(zone: String, bytes: [UInt8]) {
    self.zone = zone
    self.bytes = bytes
  }

  func error(_ reason: ZoneError.Reason, at offset: Int? = nil) -> ZoneError {
    ZoneError(zone: zone, reason: reason, byteOffset: offset ?? position)
  }

  /// Throws unless so many bytes are left.
  func require(_ count: Int) throws(ZoneError) {
    guard count <= bytes.count - position else { throw error(.truncated(neededBytes: count)) }
  }

  mutating func skip(_ count: Int) throws(ZoneError) {
    try require(count)
    position += count
  }

  mutating func byte() throws(ZoneError) -> UInt8 {
    try require(1)
    defer { position += 1 }
    return bytes[position]
  }

  mutating func int32() throws(ZoneError) -> Int32 {
    Int32(truncatingIfNeeded: try integer(byteCount: 4))
  }

  mutating func int64() throws(ZoneError) -> Int64 {
    Int64(bitPattern: try integer(byteCount: 8))
  }

  /// An unsigned 32-bit count.
  mutating func count() throws(ZoneError) -> Int {
    Int(try integer(byteCount: 4))
  }

  private mutating func integer(byteCount: Int) throws(ZoneError) -> UInt64 {
    try require(byteCount)
    var value: UInt64 = 0
    for index in position..<(position + byteCount) { value = value << 8 | UInt64(bytes[index]) }
    position += byteCount
    return value
  }
}
