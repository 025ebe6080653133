import Core
import Glibc

/// Reads entity and operation from the `type` of a CloudEvent, such as `com.acme.sales.activity.deleted.v1`.
struct EventTypeReader {
  private let entities: TextMap
  private let operations: TextMap
  private let buffer: UnsafeMutablePointer<UInt8>
  private static let longestSegment = 64
  /// Types that were read and are likely to come again, by a few bits of each, with the bytes of each.
  private let recent: UnsafeMutablePointer<Recent>
  private let recentTexts: UnsafeMutablePointer<UInt8>
  private static let recentCount = 16
  private static let longestRecent = 128

  /// A type that was read; empty at first.
  private struct Recent: BitwiseCopyable {
    var count = 0
    var entity = -1
    var operation = Operation.upsert
  }

  init(catalogue: Catalogue, memory: PlanMemory) {
    var names: [String: Int] = [:]
    for index in catalogue.inputEntities {
      let name = catalogue.entities[index].name.lowercased()
      names[String(name.map { $0 == "-" ? "_" : $0 })] = index
    }
    entities = TextMap(names, memory: memory)
    let words: [(Operation, [String])] = [
      (.delete, ["deleted", "delete"]), (.restore, ["restored", "restore", "undeleted"]),
      (.merge, ["merged", "merge"]),
      (.snapshot, ["snapshot"]), (.refetch, ["refetch"]),
    ]
    var numbers: [String: Int] = [:]
    for (operation, list) in words {
      for word in list { numbers[word] = Int(operation.rawValue) }
    }
    operations = TextMap(numbers, memory: memory)
    buffer = memory.table(Array(repeating: 0, count: Self.longestSegment))
    recent = memory.table(Array(repeating: Recent(), count: Self.recentCount))
    recentTexts = memory.table(Array(repeating: 0, count: Self.recentCount * Self.longestRecent))
  }

  /// The first part between dots that names an entity, and the first that names an operation, else `upsert`.
  func read(_ start: UnsafeRawPointer, _ count: Int) -> (entity: Int, operation: Operation)? {
    guard count >= 8, count <= Self.longestRecent else { return readParts(start, count) }
    // What differs is mostly in the middle, between the source's name and the version.
    let middle = start.loadUnaligned(fromByteOffset: (count - 8) / 2, as: UInt64.self)
    let mixed = (middle ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
    let place = Int(truncatingIfNeeded: mixed >> 60)
    let (known, text) = (recent + place, recentTexts + place * Self.longestRecent)
    if known.pointee.count != count || memcmp(text, start, count) != 0 {
      guard let found = readParts(start, count) else { return nil }
      known.pointee = Recent(count: count, entity: found.entity, operation: found.operation)
      memcpy(text, start, count)
    }
    return (known.pointee.entity, known.pointee.operation)
  }

  private func readParts(_ start: UnsafeRawPointer, _ count: Int) -> (entity: Int, operation: Operation)? {
    var entity = -1
    var operation = -1
    var place = 0
    while place <= count {
      var length = 0
      while place < count {
        var byte = start.load(fromByteOffset: place, as: UInt8.self)
        if byte == UInt8(ascii: ".") { break }
        if byte &- 65 < 26 { byte |= 0x20 }
        if byte == UInt8(ascii: "-") { byte = UInt8(ascii: "_") }
        if length < Self.longestSegment { buffer[length] = byte }
        length += 1
        place += 1
      }
      place += 1
      guard length > 0, length <= Self.longestSegment else { continue }
      if entity < 0 {
        entity = entities.find(buffer, length)
        if entity >= 0 { continue }
      }
      if operation < 0 { operation = operations.find(buffer, length) }
    }
    guard entity >= 0 else { return nil }
    return (entity, Operation(rawValue: UInt8(truncatingIfNeeded: operation)) ?? .upsert)
  }
}
