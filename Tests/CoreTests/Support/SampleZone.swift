@testable import Core

/// A zone with one change of its offset.
enum SampleZone {
  /// 2026-03-29T01:00:00Z.
  static let changeMillis: Int64 = 1_774_746_000_000

  /// One hour ahead of UTC before the change and two hours after it.
  static func summer() throws -> Zone {
    var bytes = Array("TZif".utf8) + [UInt8](repeating: 0, count: 16)
    for count in [0, 0, 0, 1, 2, 4] { bytes += word(Int32(count)) }
    bytes += word(Int32(changeMillis / 1_000)) + [1]
    bytes += word(3_600) + [0, 0] + word(7_200) + [1, 0] + Array("TST\0".utf8)
    return try Zone(name: "Test/Summer", tzif: bytes)
  }

  private static func word(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
}
