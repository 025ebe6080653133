import Testing

@testable import Service

@Suite struct SnapshotFileTests {
  static let header = SnapshotHeader(
    sequence: 42, createdMillis: 1_740_963_600_123, group: "nadi-é", build: "1.0",
    base: SnapshotHeader.Base(sequence: 40, checksum: 0xDEAD_BEEF))
  static let bytes = header.file(Array(0..<100))

  @Test(arguments: [0, 1, 7, 8, 100_000])
  func roundTrip(stateBytes: Int) throws {
    let content = (0..<stateBytes).map { UInt8(truncatingIfNeeded: $0 * 31) }
    let file = try SnapshotFile(decoding: Self.header.file(content))
    #expect(file.header == Self.header)
    #expect(file.content == content)
    var whole = Self.header
    whole.base = nil
    #expect(try SnapshotFile(decoding: whole.file(content)).header == whole)
  }

  @Test func truncationAnywhereIsAFault() {
    let bytes = Self.bytes
    for count in 0..<bytes.count {
      #expect(throws: SnapshotFile.Fault.self, "\(count) bytes") {
        try SnapshotFile(decoding: Array(bytes[..<count]))
      }
    }
  }

  @Test(arguments: [UInt8(0x01), 0x80, 0xFF])
  func flipOfAnyByteIsAFault(mask: UInt8) {
    let bytes = Self.bytes
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= mask
      #expect(throws: SnapshotFile.Fault.self, "byte \(place)") { try SnapshotFile(decoding: damaged) }
    }
  }

  @Test func bytesBehindTheEndAreAFault() {
    #expect(throws: SnapshotFile.Fault.self) { try SnapshotFile(decoding: Self.bytes + [0]) }
  }

  /// Lengths within the header that lead out of it, under a checksum that is right.
  @Test func lengthOutOfTheFileIsAFault() {
    var header = [UInt8](repeating: 0, count: 16) + [0xFF, 0xFF, 0xFF, 0xFF]
    let checksum = CRC32C.checksum(header)
    header += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) }
    let bytes = SnapshotFile.magic + [1, 0, 0, 0, 20, 0, 0, 0] + header + [UInt8](repeating: 0, count: 20)
    #expect(throws: SnapshotFile.Fault.self) { try SnapshotFile(decoding: bytes) }
  }

  @Test func anotherFormatIsNamed() {
    var bytes = Self.bytes
    bytes[8] = 9
    let fault = #expect(throws: SnapshotFile.Fault.self) { try SnapshotFile(decoding: bytes) }
    #expect(fault?.description.contains("format 9") == true)
  }
}
