/// What the beginning of a state says of it, without reading the state itself.
public struct StateSummary: Sendable, Equatable {
  /// The identities of what it keeps, each with the event time since when it is complete; `Int64.min` is always.
  public let completeSince: [UInt64: Int64]
  public let watermark: Int64

  /// - Throws: `SnapshotFault` when the bytes do not begin like a state.
  public init(_ state: [UInt8]) throws(SnapshotFault) {
    do {
      (completeSince, watermark) = try state.withUnsafeBufferPointer { buffer in
        var input = SnapshotReader(buffer)
        _ = try input.readUInt64()
        let watermark = try input.readInt64()
        var since: [UInt64: Int64] = [:]
        for _ in 0..<(try input.readCount(itemBytes: 16)) {
          let identity = try input.readUInt64()
          since[identity] = try input.readInt64()
        }
        return (since, watermark)
      }
    } catch let fault as SnapshotFault {
      throw fault
    } catch {
      throw .malformed("\(error)")
    }
  }
}
