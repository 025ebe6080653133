/// The payload of a snapshot: the state of all tasks at exact positions.
extension Ledger {
  /// The state between two batches, right after a publication.
  ///
  /// Equal states give equal bytes. The layout is described in the article on snapshots.
  public func encodeState() -> [UInt8] {
    var output = SnapshotWriter(capacity: expectedBytes)
    encode(into: &output)
    return output.finished().applied(to: [])
  }

  /// Begins to encode the same state, told by its difference to the last one that became the base. Events may be
  /// processed before it is complete: what they change is copied before.
  ///
  /// One that is under way is given up.
  ///
  /// - Parameters:
  ///   - isRelative: false for all of it; needs a `base` otherwise.
  ///   - newBase: the number of this state if the next ones are to be told by it.
  public func beginEncoding(isRelative: Bool, asBase newBase: UInt64?) {
    precondition(!isRelative || base != nil, "There is no state yet that changes could be told by.")
    encoding?.abandon()
    var output = SnapshotWriter(
      capacity: expectedBytes, isRelative: isRelative, becomesBase: newBase != nil,
      defersRows: true)
    encode(into: &output)
    if let newBase { base = newBase }
    encodedBytes = output.offset
    encoding = output.deferred()
  }

  /// Goes on with what was begun.
  ///
  /// - Parameter limit: how many bytes are copied at most, about.
  /// - Returns: the state when it is complete, as it was at the beginning; nil before.
  public func continueEncoding(bytes limit: Int) -> StateChanges? {
    guard let encoding, encoding.proceed(bytes: limit) else { return nil }
    self.encoding = nil
    return encoding.finished()
  }

  /// More than there will be, mostly: what is to be copied later need not move then, and room that is not used costs nothing.
  private var expectedBytes: Int {
    if encodedBytes > 0 { return encodedBytes + encodedBytes / 4 + Self.headBytes }
    // Rows of tables take less than three times as much as in memory.
    return tasks.reduce(Self.headBytes) { $0 + $1.cells.byteCount + 3 * ($1.byteCount - $1.cells.byteCount) }
  }

  /// At least what is written of the catalogue and the books.
  private static let headBytes = 1 << 20

  /// Takes the state that was just decoded as the base, without encoding it once more.
  ///
  /// - Parameters:
  ///   - number: that of the base from here on.
  ///   - bytes: what was decoded.
  /// - Returns: false, with no base, when the state would not be encoded so: by another catalogue, or an older version.
  public func adoptBase(_ number: UInt64, decodedFrom bytes: [UInt8]) -> Bool {
    let identity = bytes.withUnsafeBytes { $0.count < 8 ? 0 : $0.loadUnaligned(as: UInt64.self) }
    var output = SnapshotWriter(becomesBase: true, onlyCounts: true)
    encode(into: &output)
    base = UInt64(littleEndian: identity) == catalogue.identity && output.offset == bytes.count ? number : nil
    return base != nil
  }

  private func encode(into output: inout SnapshotWriter) {
    for task in tasks { task.flush() }
    output.write(catalogue.identity)
    output.write(watermark)
    let kept = catalogue.keptMeasures
    output.write(UInt32(kept.count))
    for measure in kept {
      let identity = catalogue.keptIdentity(measure)
      output.write(identity)
      output.write(completeSince[identity] ?? .min)
    }
    output.write(UInt32(tasks.count))
    for task in tasks { output.writeSection { task.encode(into: &$0) } }
    output.write(UInt32(catalogue.windows.count))
    for (number, window) in catalogue.windows.enumerated() {
      output.write(catalogue.windowIdentities[number])
      output.write(window.retentionMillis)
      output.write(droppedBefore[number])
    }
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
    for _ in 0..<(try input.readCount(itemBytes: 16)) {
      let key = try input.readUInt64()
      since[key] = try input.readInt64()
    }
    for _ in 0..<(try input.readCount(itemBytes: 4)) {
      var section = SnapshotReader(try input.readBytes())
      let topic = try section.readText()
      let partition = Int32(bitPattern: try section.readUInt32())
      guard let task = tasks.first(where: { $0.topic == topic && $0.partition == partition }) else {
        leftOut.append("\(topic)[\(partition)]")
        continue
      }
      try task.decode(from: &section)
      guard section.isAtEnd else { throw .malformed("task \(topic)/\(partition) has bytes left over") }
    }
    let kept = try decodeLimits(from: &input, watermark: savedWatermark)
    for measure in catalogue.keptMeasures {
      let identity = catalogue.keptIdentity(measure)
      let start = since[identity] ?? since[catalogue.formerIdentity(measure)] ?? streamTime
      if start > .min { completeSince[identity] = start }
    }
    settle(watermark: savedWatermark)
    dropSessions(before: kept)
  }

  /// Windows that are gone, or may be, by a shorter retention stay so when they are to be kept for longer.
  ///
  /// - Returns: those limits of windows of sessions that depend on which sessions there are.
  private func decodeLimits(
    from input: inout SnapshotReader, watermark: Int64
  ) throws(SnapshotFault) -> [(window: Int, limit: Int64)] {
    // Formats 1 to 3 end before them.
    guard !input.isAtEnd else { return [] }
    var limits = droppedBefore
    var ofSessions: [(window: Int, limit: Int64)] = []
    for _ in 0..<(try input.readCount(itemBytes: StateSummary.windowBytes)) {
      let identity = try input.readUInt64()
      let retention = try input.readInt64()
      let limit = try input.readInt64()
      guard retention >= 0, limit == .min || abs(limit / 2) <= PartitionTask.latestTime else {
        throw .malformed("a window is kept for \(retention) ms, or gone before an impossible time")
      }
      guard let window = catalogue.windowIdentities.firstIndex(of: identity) else { continue }
      limits[window] = limit
      guard retention < catalogue.windows[window].retentionMillis, streamTime > .min else { continue }
      let latest = latestExpiry(retentionMillis: retention, watermark: watermark)
      if isOfSessions[window] {
        ofSessions.append((window, latest))
      } else {
        limits[window] = max(limit, latest)
      }
    }
    guard input.isAtEnd else { throw .malformed("bytes are left over behind the windows") }
    drop(before: limits)
    return ofSessions
  }

  /// Up to which windows of a retention may have been dropped, whatever their grace and whoever was at the end.
  private func latestExpiry(retentionMillis: Int64, watermark: Int64) -> Int64 {
    let slowest = tasks.map { max($0.streamTime, streamTime - retentionMillis) }.min() ?? .min
    return min(slowest - retentionMillis, watermark)
  }
}
