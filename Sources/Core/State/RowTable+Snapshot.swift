/// Rows in snapshots.
extension RowTable {
  /// The least bytes of a row: what `Whole` holds, and the number of runs.
  private static let rowBytesMin = 7 * 8 + 4
  private static let runBytes = 44

  /// Writes each row with its fields, then its runs in order.
  mutating func encode(fields: [Catalogue.Field], into output: inout SnapshotWriter) {
    output.write(UInt32(fields.count))
    for field in fields { output.write(Self.savedName(field)) }
    output.write(UInt32(count))
    var pages = FlatArray<Int>()
    for page in 0..<PageMarks.pages(rows: count) {
      pages.append(output.offset)
      if output.isRelative, page + 1 < basePages.count, !PageMarks.isSet(marks.base, page: page) {
        output.copy(from: basePages[page], count: basePages[page + 1] - basePages[page])
        continue
      }
      for number in page * PageMarks.rows..<min((page + 1) * PageMarks.rows, count) {
        encode(number, into: &output)
      }
    }
    guard output.becomesBase else { return }
    pages.append(output.offset)
    basePages = pages
    marks.base.update(repeating: 0, count: marks.count)
  }

  private func encode(_ number: Int, into output: inout SnapshotWriter) {
    let view = view(number)
    var length = 0
    view.forEachRun { _ in length += 1 }
    let size = Self.rowBytesMin + 2 * fieldCount * MemoryLayout<Int64>.size + length * Self.runBytes
    if output.onlyCounts { return output.count(size) }
    var words = WordWriter(place: output.room(for: size))
    let whole = whole(number)
    words.write(whole.low)
    words.write(whole.high)
    words.write(whole.firstTime)
    words.write(whole.firstOrder)
    words.write(whole.lastOrder)
    words.write(whole.removalOrder)
    words.write(whole.isRemoved ? 1 as Int64 : 0)
    for field in 0..<fieldCount { words.write(view.values[field]) }
    for field in 0..<fieldCount { words.write(order(number, field: field)) }
    words.write(UInt32(length))
    view.forEachRun { run in
      words.write(UInt32(bitPattern: run.field))
      words.write(run.order)
      words.write(run.lastOrder)
      words.write(run.time)
      words.write(run.lastTime)
      words.write(run.value)
    }
  }

  /// A value is bits that only its type gives a meaning.
  private static func savedName(_ field: Catalogue.Field) -> String {
    field.name + ":" + field.type.rawValue
  }

  /// Reads rows, matching fields by name and type; a field that the catalogue no longer reads so is dropped.
  mutating func decode(fields: [Catalogue.Field], from input: inout SnapshotReader) throws(SnapshotFault) {
    var positions: [Int] = []
    for _ in 0..<(try input.readCount(itemBytes: 4)) {
      let name = try input.readText()
      // Until format 3 the name stood alone.
      positions.append(fields.firstIndex { Self.savedName($0) == name || $0.name == name } ?? -1)
    }
    var values = FlatArray<Int64>(repeating: 0, count: fieldCount)
    var orders = FlatArray<Int64>(repeating: 0, count: fieldCount)
    for _ in 0..<(try input.readCount(itemBytes: Self.rowBytesMin)) {
      let whole = Whole(
        low: try input.readInt64(), high: try input.readInt64(), firstTime: try input.readInt64(),
        firstOrder: try input.readInt64(), lastOrder: try input.readInt64(),
        removalOrder: try input.readInt64(), isRemoved: try input.readInt64() != 0)
      try read(&values, otherwise: FieldValue.absent, positions, from: &input)
      try read(&orders, otherwise: .min, positions, from: &input)
      let runCount = try input.readCount(itemBytes: Self.runBytes)
      let details = add(whole, values: values.base, orders: orders.base, hasHistory: runCount > 0)
      try decodeRuns(runCount, of: details, positions: positions, from: &input)
    }
  }

  private func read(
    _ words: inout FlatArray<Int64>, otherwise missing: Int64, _ positions: [Int],
    from input: inout SnapshotReader
  ) throws(SnapshotFault) {
    for field in 0..<fieldCount { words[field] = missing }
    for position in positions {
      let word = try input.readInt64()
      if position >= 0 { words[position] = word }
    }
  }

  private mutating func decodeRuns(
    _ count: Int, of details: UnsafeMutablePointer<Details>?, positions: [Int],
    from input: inout SnapshotReader
  ) throws(SnapshotFault) {
    var last = -1
    for _ in 0..<count {
      let saved = Int(try input.readUInt32())
      let order = try input.readInt64()
      let lastOrder = try input.readInt64()
      let time = try input.readInt64()
      let lastTime = try input.readInt64()
      let value = try input.readInt64()
      guard saved < positions.count else {
        throw .malformed("a run names field \(saved) of \(positions.count)")
      }
      guard positions[saved] >= 0 else { continue }
      let run = Run(
        order: order, lastOrder: lastOrder, time: time, lastTime: lastTime, value: value,
        field: Int32(positions[saved]), next: 0)
      let created = takeRun(run)
      if last < 0 {
        details?.pointee.history = UInt32(created + 1)
      } else {
        runs.base[last].next = UInt32(created + 1)
      }
      last = created
    }
  }
}
