/// A task's state as bytes: canonical, so that equal states give equal bytes.
extension PartitionTask {
  /// Appends the state as it is between two batches.
  func encode(into output: inout SnapshotWriter) {
    output.write(topic)
    output.write(UInt32(bitPattern: partition))
    output.write(position)
    output.write(streamTime)
    output.write(evictionDay)
    books.encode(into: &output)
    output.write(UInt32(rejections.count))
    for count in rejections { output.write(count) }
    cells.texts.encode(into: &output)
    duplicates.encode(into: &output)
    encodeTables(into: &output)
    links.encode(into: &output)
    encodeParents(into: &output)
    encodeCells(into: &output)
    output.write(lastRecord)
  }

  private func encodeTables(into output: inout SnapshotWriter) {
    output.write(UInt32(catalogue.entities.count))
    for (number, entity) in catalogue.entities.enumerated() {
      output.write(entity.name)
      output.writeSection { tables[number].encode(fields: entity.fields, into: &$0) }
    }
  }

  private func encodeParents(into output: inout SnapshotWriter) {
    output.write(UInt32(catalogue.scopes.count))
    for scope in 0..<catalogue.scopes.count {
      output.write(catalogue.scopeIdentities[scope])
      cells.parents.encode(scope: scope, into: &output)
      cells.roster.encode(scope: scope, into: &output)
    }
  }

  private func encodeCells(into output: inout SnapshotWriter) {
    output.write(UInt32(catalogue.groups.count))
    for number in 0..<catalogue.groups.count {
      let state = cells.group(number)
      let measures = catalogue.measureIdentities[number]
      output.write(UInt32(measures.count))
      for (position, identity) in measures.enumerated() {
        output.write(identity)
        output.write(UInt32(state.pointee.program.measures[position].aggregate.rawValue))
      }
      output.write(UInt32(state.pointee.program.currencySlot >= 0 ? 1 : 0))
      output.write(UInt32(catalogue.scopes.count))
      for scope in catalogue.groupScopeIdentities[number] { output.write(scope) }
      state.pointee.sortSegments()
      output.writeCounted { output in
        var written = 0
        for place in 0..<state.pointee.order.count {
          let found = state.pointee.order[place]
          // A segment that no scope has a row in is as good as none.
          guard found.segment.pointee.rowCount > 0 else { continue }
          output.write(
            found.segment, ofWindow: catalogue.windowIdentities[Int(found.window)],
            state.pointee.program.measures)
          written += 1
        }
        return written
      }
    }
  }

  /// Reads a state written under this or another catalogue; what this catalogue does not keep is dropped.
  func decode(from input: inout SnapshotReader) throws(SnapshotFault) {
    position = try input.readInt64()
    streamTime = try input.readInt64()
    guard position >= 0, streamTime == .min || (0...Self.latestTime).contains(streamTime) else {
      throw .malformed("task \(topic)/\(partition) is at an impossible position or time")
    }
    evictionDay = try input.readInt64()
    books = try Books(from: &input)
    guard books.hasPlausibleFigures, books.isBalanced else { throw .malformed("the books do not balance") }
    for place in 0..<(try input.readCount(itemBytes: 8)) {
      let count = try input.readUInt64()
      if place < rejections.count { rejections[place] = count }
    }
    try cells.texts.decode(from: &input)
    try duplicates.decode(from: &input)
    try decodeTables(from: &input)
    try links.decode(from: &input)
    try decodeParents(from: &input)
    try decodeCells(from: &input)
    // Format 1 ends here.
    if !input.isAtEnd { lastRecord = try input.readUInt64() }
    restoreLinks()
  }

  private func decodeTables(from input: inout SnapshotReader) throws(SnapshotFault) {
    for _ in 0..<(try input.readCount(itemBytes: 8)) {
      let name = try input.readText()
      var section = SnapshotReader(try input.readBytes())
      guard let number = catalogue.entity(name) else { continue }
      try tables[number].decode(fields: catalogue.entities[number].fields, from: &section)
    }
  }

  private func decodeParents(from input: inout SnapshotReader) throws(SnapshotFault) {
    for _ in 0..<(try input.readCount(itemBytes: 16)) {
      let identity = try input.readUInt64()
      let scope = catalogue.scopeIdentities.firstIndex(of: identity)
      try cells.parents.decode(scope: scope, textCount: cells.texts.count, from: &input)
      try cells.roster.decode(scope: scope, textCount: cells.texts.count, from: &input)
    }
  }

  private func restoreLinks() {
    for number in 0..<catalogue.entities.count {
      for row in 0..<tables[number].count { links.restore(links.standing(number, tables + number, row)) }
    }
  }

  private func decodeCells(from input: inout SnapshotReader) throws(SnapshotFault) {
    for _ in 0..<(try input.readCount(itemBytes: 8)) {
      var saved: [SavedMeasure] = []
      for _ in 0..<(try input.readCount(itemBytes: 12)) {
        let identity = try input.readUInt64()
        guard let aggregate = Aggregate(rawValue: UInt8(truncatingIfNeeded: try input.readUInt32())) else {
          throw .malformed("a measure has an unknown aggregate")
        }
        saved.append(SavedMeasure(identity: identity, aggregate: aggregate))
      }
      let isMoney = try input.readUInt32() == 1
      var scopes: [UInt64] = []
      for _ in 0..<(try input.readCount(itemBytes: 8)) { scopes.append(try input.readUInt64()) }
      let targets = CellImport.targets(catalogue, saved: saved, scopes: scopes, isMoney: isMoney)
      for _ in 0..<(try input.readCount(itemBytes: 12)) {
        let identity = try input.readUInt64()
        let window = catalogue.windowIdentities.firstIndex(of: identity)
        var section = SnapshotReader(try input.readBytes())
        guard let window else { continue }
        try CellImport(saved: saved, scopeCount: scopes.count, targets: targets, window: Int32(window))
          .read(from: &section, into: cells)
      }
    }
  }
}

/// A measure as a snapshot has it.
struct SavedMeasure {
  let identity: UInt64
  let aggregate: Aggregate
}
