import Foundation
import Testing

@testable import Core

/// Time zones and their files as the system has them.
enum SystemZone {
  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/\(name)")))
  }

  static func named(_ name: String) throws -> Zone {
    try Zone(name: name, tzif: bytes(name))
  }

  /// The instant of RFC 3339 text.
  static func instant(_ text: String) throws -> Instant {
    var copy = text
    return try #require(copy.withUTF8 { RFC3339.parseInstant($0) }, "\(text)")
  }
}
