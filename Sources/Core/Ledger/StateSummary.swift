/// What a state says of itself, read without a catalogue.
public struct StateSummary: Sendable, Equatable {
  /// One task's head.
  public struct Task: Sendable, Equatable {
    public var topic: String
    public var partition: Int32
    /// The offset of the next record.
    public var position: Int64
    /// The greatest event time in milliseconds, `Int64.min` before the first event.
    public var streamTime: Int64
    public var books: Books
    /// Bytes of its section.
    public var byteCount: Int
  }

  /// What a state holds of each window: its identity, its retention, and before when windows are gone.
  static let windowBytes = 24

  public var catalogueIdentity: UInt64
  /// In milliseconds of event time, or `Int64.min`.
  public var watermark: Int64
  /// Since when, in milliseconds of event time, each measure in one window and scope is complete; `Int64.min` from the
  /// beginning.
  public var completeSince: [UInt64: Int64] = [:]
  public var tasks: [Task]

  /// - Throws: `SnapshotFault` when the bytes are no state.
  public init(decoding bytes: [UInt8]) throws(SnapshotFault) {
    do {
      self = try bytes.withUnsafeBufferPointer { buffer in
        var input = SnapshotReader(buffer)
        return try StateSummary(from: &input)
      }
    } catch let fault as SnapshotFault {
      throw fault
    } catch {
      throw .malformed("\(error)")
    }
  }

  private init(from input: inout SnapshotReader) throws(SnapshotFault) {
    catalogueIdentity = try input.readUInt64()
    watermark = try input.readInt64()
    for _ in 0..<(try input.readCount(itemBytes: 16)) {
      let key = try input.readUInt64()
      completeSince[key] = try input.readInt64()
    }
    tasks = []
    for _ in 0..<(try input.readCount(itemBytes: 4)) {
      let bytes = try input.readBytes()
      var section = SnapshotReader(bytes)
      tasks.append(try Self.task(&section, byteCount: bytes.count))
    }
    // Formats 1 to 3 end here. What follows tells windows that are gone, by a catalogue that is not here.
    if !input.isAtEnd {
      for _ in 0..<(try input.readCount(itemBytes: Self.windowBytes)) {
        for _ in 0..<Self.windowBytes / 8 { _ = try input.readUInt64() }
      }
    }
    guard input.isAtEnd else { throw .malformed("bytes are left over behind the windows") }
  }

  private static func task(_ section: inout SnapshotReader, byteCount: Int) throws(SnapshotFault) -> Task {
    let topic = try section.readText()
    let partition = Int32(bitPattern: try section.readUInt32())
    let position = try section.readInt64()
    let streamTime = try section.readInt64()
    _ = try section.readInt64()
    return Task(
      topic: topic, partition: partition, position: position, streamTime: streamTime,
      books: try Books(from: &section), byteCount: byteCount)
  }
}
