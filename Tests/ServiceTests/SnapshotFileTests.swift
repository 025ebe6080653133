import Testing

@testable import Service

@Suite struct SnapshotFileTests {
  static let file = SnapshotFile(
    sequence: 42, createdMillis: 1_740_963_600_123, group: "nadi-é", build: "1.0", state: Array(0..<100))

  @Test(arguments: [0, 1, 7, 8, 100_000])
  func roundTrip(stateBytes: Int) throws {
    var file = Self.file
    file.state = (0..<stateBytes).map { UInt8(truncatingIfNeeded: $0 * 31) }
    #expect(try SnapshotFile(decoding: file.encoded()) == file)
  }

  @Test func truncationAnywhereIsAFault() {
    let bytes = Self.file.encoded()
    for count in 0..<bytes.count {
      #expect(throws: SnapshotFile.Fault.self, "\(count) bytes") {
        try SnapshotFile(decoding: Array(bytes[..<count]))
      }
    }
  }

  @Test(arguments: [UInt8(0x01), 0x80, 0xFF])
  func flipOfAnyByteIsAFault(mask: UInt8) {
    let bytes = Self.file.encoded()
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= mask
      #expect(throws: SnapshotFile.Fault.self, "byte \(place)") { try SnapshotFile(decoding: damaged) }
    }
  }

  @Test func bytesBehindTheEndAreAFault() {
    #expect(throws: SnapshotFile.Fault.self) { try SnapshotFile(decoding: Self.file.encoded() + [0]) }
  }

  /// Lengths within the header that lead out of it, under a checksum that is right.
  @Test func lengthOutOfTheFileIsAFault() {
    var header = [UInt8](repeating: 0, count: 16) + [0xFF, 0xFF, 0xFF, 0xFF]
    let checksum = header.withUnsafeBytes { CRC32C.checksum($0) }
    header += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) }
    let bytes = SnapshotFile.magic + [1, 0, 0, 0, 20, 0, 0, 0] + header + [UInt8](repeating: 0, count: 20)
    #expect(throws: SnapshotFile.Fault.self) { try SnapshotFile(decoding: bytes) }
  }

  @Test func anotherFormatIsNamed() {
    var bytes = Self.file.encoded()
    bytes[8] = 9
    let fault = #expect(throws: SnapshotFile.Fault.self) { try SnapshotFile(decoding: bytes) }
    #expect(fault?.description.contains("format 9") == true)
  }
}
