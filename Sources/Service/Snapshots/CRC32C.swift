/// The Castagnoli checksum (RFC 3720, appendix B.4), eight bytes at a time.
struct CRC32C {
  /// Eight tables: entry n of table k is the checksum of byte n followed by k zero bytes.
  private static let tables: [[UInt32]] = {
    var tables = [[UInt32]](repeating: [UInt32](repeating: 0, count: 256), count: 8)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
      tables[0][byte] = value
    }
    for byte in 0..<256 {
      for table in 1..<8 {
        let before = tables[table - 1][byte]
        tables[table][byte] = before >> 8 ^ tables[0][Int(before & 0xFF)]
      }
    }
    return tables
  }()

  private static let flat = tables.flatMap { $0 }
  private var value: UInt32 = 0xFFFF_FFFF

  /// That of the bytes so far.
  var checksum: UInt32 { ~value }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = CRC32C()
    bytes.withUnsafeBytes { sum.add($0) }
    return sum.checksum
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    Self.flat.withUnsafeBufferPointer { table in
      var value = self.value
      var place = 0
      while place + 8 <= bytes.count {
        let word =
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) ^ UInt64(value)
        var next: UInt32 = 0
        for byte in 0..<8 { next ^= table[(7 - byte) * 256 + Int(word >> UInt64(byte * 8) & 0xFF)] }
        value = next
        place += 8
      }
      while place < bytes.count {
        value = value >> 8 ^ table[Int((value ^ UInt32(bytes[place])) & 0xFF)]
        place += 1
      }
      self.value = value
    }
  }
}
