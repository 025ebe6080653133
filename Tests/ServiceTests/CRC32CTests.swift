import Testing

@testable import Service

@Suite struct CRC32CTests {
  /// The vectors of RFC 3720, appendix B.4.
  @Test func knownVectors() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(Array(0..<32)) == 0x46DD_794E)
    #expect(CRC32C.checksum(Array((0..<32).reversed())) == 0x113F_DB5C)
    #expect(CRC32C.checksum([]) == 0)
  }

  /// The definition, a bit at a time, at every length around the blocks of eight.
  @Test func equalsDefinitionAtEveryLength() {
    let bytes = (0..<64).map { UInt8(truncatingIfNeeded: $0 * 151 + 7) }
    for count in 0...bytes.count {
      var value: UInt32 = 0xFFFF_FFFF
      for byte in bytes[..<count] {
        value ^= UInt32(byte)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
      }
      #expect(CRC32C.checksum(Array(bytes[..<count])) == ~value, "\(count) bytes")
      // In two parts.
      var sum = CRC32C()
      bytes.withUnsafeBytes {
        sum.add(UnsafeRawBufferPointer(rebasing: $0[..<(count / 3)]))
        sum.add(UnsafeRawBufferPointer(rebasing: $0[(count / 3)..<count]))
      }
      #expect(sum.checksum == ~value, "\(count) bytes in two parts")
    }
  }
}
