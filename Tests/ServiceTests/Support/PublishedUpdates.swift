import Foundation
import Testing

/// Updates by key, each as JSON with sorted members.
///
/// Left out is what depends on when something was published before, not on what the number is: among them the
/// window before as it was then, and the revision, which for derived rows counts the changes of all of them.
struct PublishedUpdates: Equatable {
  static let dependsOnHistory = ["previousValue", "delta", "asOf", "revision", "prior"]

  private(set) var values: [String: String] = [:]

  mutating func set(_ key: String, _ value: Data) throws {
    var object = try #require(try JSONSerialization.jsonObject(with: value) as? [String: Any])
    for name in Self.dependsOnHistory { object[name] = nil }
    let bytes = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    values[key] = String(decoding: bytes, as: UTF8.self)
  }

  /// Those whose keys do not begin with a text.
  func leavingOut(_ prefix: String) -> PublishedUpdates {
    var rest = self
    rest.values = values.filter { !$0.key.hasPrefix(prefix) }
    return rest
  }

  /// The first few differences, for a failure that can be read.
  ///
  /// What was zero or had no value at each publication was never published, so either is as good as none.
  func differences(from other: PublishedUpdates) -> [String] {
    let keys = Set(values.keys).union(other.values.keys).sorted()
    let different = keys.filter { key in
      let (own, its) = (values[key], other.values[key])
      guard let present = own ?? its else { return false }
      return own != its && (own != nil && its != nil || !Self.isNothing(present))
    }
    return different.prefix(3).map { "\($0): \(values[$0] ?? "nothing") / \(other.values[$0] ?? "nothing")" }
      + (different.count > 3 ? ["and \(different.count - 3) more"] : [])
  }

  private static func isNothing(_ update: String) -> Bool {
    [#","value":0,"#, #","value":"0.00","#, #","value":null,"#].contains { update.contains($0) }
  }
}
