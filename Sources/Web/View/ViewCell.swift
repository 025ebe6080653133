import Core
import Service

/// The last committed update of one cell, as published, with the parts of its key.
public final class ViewCell: Sendable {
  /// The record's key, which names the cell.
  let key: String
  /// The record's value: one JSON object; of a tombstone an object with its key.
  let value: [UInt8]
  let metric: String
  let scope: String
  /// As the update's member of that name.
  let scopeId: String
  let grain: String
  /// RFC 3339 as in the update; empty for all time.
  let start: String
  /// Empty for metrics without amounts, and where the events named none.
  let currency: String
  let parentId: String
  let number: PublishedNumber
  let startMillis: Int64
  let endMillis: Int64
  let isCompany: Bool
  let isTombstone: Bool

  init(_ update: CommittedUpdate, in bytes: [UInt8]) {
    key = String(decoding: bytes[update.key], as: UTF8.self)
    value = Array(bytes[update.value])
    parentId = String(decoding: bytes[update.parentId], as: UTF8.self)
    number = update.number
    (startMillis, endMillis) = (update.start, update.end)
    (isCompany, isTombstone) = (update.isCompany, update.isTombstone)
    let parts = key.split(separator: "|", omittingEmptySubsequences: false)
    func part(_ place: Int) -> String { place < parts.count ? String(parts[place]) : "" }
    metric = part(0)
    scope = part(1)
    scopeId = Self.identifier(part(2))
    grain = part(3)
    start = part(4)
    currency = part(5)
  }

  /// What the cell takes in memory, roughly, in bytes.
  var byteCount: Int { value.count + key.utf8.count + Self.overheadBytes }
  private static let overheadBytes = 320

  /// The scope's id from its part of the key: two ids stay as they are, joined by a slash.
  private static func identifier(_ part: String) -> String {
    guard part.utf8.contains(UInt8(ascii: "%")), !part.utf8.contains(UInt8(ascii: "/")) else { return part }
    var result: [UInt8] = []
    var rest = part.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"),
        let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        result.append(code)
        rest = rest.dropFirst(2)
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Newest window first, then by name.
  static func isBefore(_ left: ViewCell, _ right: ViewCell) -> Bool {
    if left.endMillis != right.endMillis { return left.endMillis > right.endMillis }
    if left.startMillis != right.startMillis { return left.startMillis > right.startMillis }
    return left.key < right.key
  }
}
