/// The payload of a snapshot: the state of all tasks at exact positions.
extension Ledger {
  /// The state between two batches, right after a publication.
  ///
  /// Equal states give equal bytes. The layout is described in the article on snapshots.
  public func encodeState() -> [UInt8] {
    var output = SnapshotWriter()
    output.write(catalogue.identity)
    output.write(watermark)
    output.write(UInt32(catalogue.groups.count))
    for (number, identities) in catalogue.measureIdentities.enumerated() {
      output.write(UInt32(identities.count))
      for (position, identity) in identities.enumerated() {
        output.write(identity)
        output.write(completeSince[number][position])
      }
    }
    output.write(UInt32(tasks.count))
    for task in tasks {
      var section = SnapshotWriter()
      task.encode(into: &section)
      output.write(section.bytes.buffer)
    }
    return Array(output.bytes.buffer)
  }

  /// Reads a state into the ledger's tasks, which must be new and are matched by topic and partition.
  ///
  /// Measures that the state does not have are complete from its stream time on.
  ///
  /// - Throws: `SnapshotFault` when the bytes are not a state; the ledger must then be thrown away.
  public func decodeState(_ bytes: [UInt8]) throws(SnapshotFault) {
    do {
      try bytes.withUnsafeBufferPointer { buffer in
        var input = SnapshotReader(buffer)
        try decode(from: &input)
      }
    } catch let fault as SnapshotFault {
      throw fault
    } catch {
      throw .malformed("\(error)")
    }
  }

  private func decode(from input: inout SnapshotReader) throws(SnapshotFault) {
    _ = try input.readUInt64()
    let savedWatermark = try input.readInt64()
    guard savedWatermark == .min || abs(savedWatermark / 2) <= PartitionTask.latestTime else {
      throw .malformed("the watermark is at an impossible time")
    }
    var since: [UInt64: Int64] = [:]
    for _ in 0..<(try input.readCount(itemBytes: 4)) {
      for _ in 0..<(try input.readCount(itemBytes: 16)) {
        let identity = try input.readUInt64()
        since[identity] = try input.readInt64()
      }
    }
    var found: [[Bool]] = catalogue.measureIdentities.map { Array(repeating: true, count: $0.count) }
    for _ in 0..<(try input.readCount(itemBytes: 4)) {
      var section = SnapshotReader(try input.readBytes())
      let topic = try section.readText()
      let partition = Int32(bitPattern: try section.readUInt32())
      guard let task = tasks.first(where: { $0.topic == topic && $0.partition == partition }) else {
        continue
      }
      let has = try task.decode(from: &section)
      guard section.isAtEnd else { throw .malformed("task \(topic)/\(partition) has bytes left over") }
      for group in has.indices {
        for measure in has[group].indices where !has[group][measure] { found[group][measure] = false }
      }
    }
    guard input.isAtEnd else { throw .malformed("bytes are left over behind the last task") }
    for (group, identities) in catalogue.measureIdentities.enumerated() {
      for (position, identity) in identities.enumerated() {
        completeSince[group][position] = found[group][position] ? since[identity] ?? .min : streamTime
      }
    }
    settle(watermark: savedWatermark)
  }

  /// The positions that a state reflects, without restoring it.
  public static func positions(
    of bytes: [UInt8]
  ) throws(SnapshotFault) -> [(topic: String, partition: Int32, position: Int64)] {
    var result: [(topic: String, partition: Int32, position: Int64)] = []
    do {
      try bytes.withUnsafeBufferPointer { buffer in
        var input = SnapshotReader(buffer)
        _ = try input.readUInt64()
        _ = try input.readInt64()
        for _ in 0..<(try input.readCount(itemBytes: 4)) {
          for _ in 0..<(2 * (try input.readCount(itemBytes: 16))) { _ = try input.readUInt64() }
        }
        for _ in 0..<(try input.readCount(itemBytes: 4)) {
          var section = SnapshotReader(try input.readBytes())
          let topic = try section.readText()
          let partition = Int32(bitPattern: try section.readUInt32())
          result.append((topic, partition, try section.readInt64()))
        }
      }
    } catch let fault as SnapshotFault {
      throw fault
    } catch {
      throw .malformed("\(error)")
    }
    return result
  }
}
