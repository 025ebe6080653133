import Foundation
import Testing

/// Updates by key, each as JSON with sorted members.
///
/// Left out is what depends on when something was published before, not on what the number is. The revision of
/// metrics over derived rows is one: it counts what changed in all of them until then.
struct PublishedUpdates: Equatable {
  static let dependsOnHistory = ["previousValue", "delta", "asOf", "revision"]

  private(set) var values: [String: String] = [:]

  mutating func set(_ key: String, _ value: Data) throws {
    var object = try #require(try JSONSerialization.jsonObject(with: value) as? [String: Any])
    for name in Self.dependsOnHistory { object[name] = nil }
    let bytes = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    values[key] = String(decoding: bytes, as: UTF8.self)
  }

  /// The first few differences, for a failure that can be read.
  func differences(from other: PublishedUpdates) -> [String] {
    let keys = Set(values.keys).union(other.values.keys).sorted()
    let different = keys.filter { values[$0] != other.values[$0] }
    return different.prefix(3).map { "\($0): \(values[$0] ?? "nothing") / \(other.values[$0] ?? "nothing")" }
      + (different.count > 3 ? ["and \(different.count - 3) more"] : [])
  }
}
