import Core

/// Reads entity and operation from the `type` of a CloudEvent, such as `com.acme.sales.activity.deleted.v1`.
struct EventTypeReader {
  private let entities: TextMap
  private let operations: TextMap
  private let buffer: UnsafeMutablePointer<UInt8>
  private static let longestSegment = 64

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
  }

  /// The first part between dots that names an entity, and the first that names an operation, else `upsert`.
  func read(_ start: UnsafeRawPointer, _ count: Int) -> (entity: Int, operation: Operation)? {
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
