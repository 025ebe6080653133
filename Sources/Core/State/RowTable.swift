/// The rows of one table: per-field last writer by order, and for tracked fields the history of their values.
///
/// A row is a header and two words (value and order) for each field. The order of a write is its event's `version`,
/// or its `occurredAt`. History is kept as runs of equal values, so that who owned a deal when it was won is known
/// whatever order events arrive in; a run remembers when it began and its last write.
struct RowTable: ~Copyable {
  /// One run of equal values of one field.
  struct Run: BitwiseCopyable {
    var order: Int64
    var lastOrder: Int64
    /// The `occurredAt` of the write that began it, and of its last one.
    var time: Int64
    var lastTime: Int64
    var value: Int64
    var field: Int32
    /// The next run of the row plus one; runs of one field come in ascending order.
    var next: UInt32
  }

  /// Words of a row's header.
  enum Header {
    static let keyLow = 0
    static let keyHigh = 1
    /// The least `occurredAt`.
    static let firstTime = 2
    static let firstOrder = 3
    static let lastOrder = 4
    /// The order of the last delete or restore, and which it was.
    static let removalOrder = 5
    static let isRemoved = 6
    /// The first run plus one.
    static let history = 7
    static let count = 8
  }

  let fieldCount: Int
  let rowWords: Int
  private var isTracked: [Bool]
  private var rows = FlatArray<Int64>()
  private var runs = FlatArray<Run>()
  /// Runs given back by evicted rows, linked by `next`.
  private var freeRun: UInt32 = 0
  private var index = IndexTable()
  /// A bit for each page of rows: whether it is not any more as it is in the base of later snapshots.
  private var marks = FlatArray<UInt64>()
  /// Where each page begins in the base, and where the last one ends; empty when none is there.
  private var basePages = FlatArray<Int>()

  init(fields: [Catalogue.Field]) {
    fieldCount = fields.count
    rowWords = Header.count + fields.count * 2
    isTracked = fields.map(\.isTracked)
  }

  var count: Int { rows.count / rowWords }

  /// Memory that is allocated, in bytes.
  var byteCount: Int {
    rows.byteCount + runs.byteCount + index.byteCount + marks.byteCount + basePages.byteCount
  }

  @inline(__always)
  func row(_ number: Int) -> UnsafeMutablePointer<Int64> { rows.base + number * rowWords }

  /// The number of a row, or -1.
  func find(_ low: Int64, _ high: Int64) -> Int {
    let rows = rows.base
    let words = rowWords
    return index.find(UInt64(bitPattern: low)) {
      rows[$0 * words] == low && rows[$0 * words + 1] == high
    }
  }

  /// The number of a row by the low half of its key alone, or -1.
  func find(low: Int64) -> Int {
    let rows = rows.base
    let words = rowWords
    return index.find(UInt64(bitPattern: low)) { rows[$0 * words] == low }
  }

  /// Adds an empty row for a key that `find` did not find.
  mutating func insert(_ low: Int64, _ high: Int64, time: Int64, order: Int64) -> Int {
    let number = count
    let place = rows.appendUninitialized(rowWords)
    place.initialize(repeating: 0, count: rowWords)
    place[Header.keyLow] = low
    place[Header.keyHigh] = high
    place[Header.firstTime] = time
    place[Header.firstOrder] = order
    place[Header.lastOrder] = order
    place[Header.removalOrder] = .min
    for field in 0..<fieldCount {
      place[Header.count + field] = FieldValue.absent
      place[Header.count + fieldCount + field] = .min
    }
    let rows = rows.base
    let words = rowWords
    index.insert(UInt64(bitPattern: low), row: number) { UInt64(bitPattern: rows[$0 * words]) }
    if PageMarks.words(rows: count) > marks.count { marks.append(0) }
    markChanged(number)
    return number
  }

  @inline(__always)
  private func markChanged(_ number: Int) { PageMarks.set(marks.base, row: number) }

  /// Widens the span of the row's events.
  mutating func touch(_ number: Int, time: Int64, order: Int64) {
    markChanged(number)
    let place = row(number)
    place[Header.firstTime] = min(place[Header.firstTime], time)
    place[Header.firstOrder] = min(place[Header.firstOrder], order)
    place[Header.lastOrder] = max(place[Header.lastOrder], order)
  }

  /// Deletes or restores; the last writer by order counts.
  mutating func setRemoved(_ number: Int, _ isRemoved: Bool, order: Int64) {
    let place = row(number)
    guard order >= place[Header.removalOrder] else { return }
    markChanged(number)
    place[Header.removalOrder] = order
    place[Header.isRemoved] = isRemoved ? 1 : 0
  }

  /// Writes one field; `FieldValue.absent` clears it.
  mutating func write(_ number: Int, field: Int, value: Int64, time: Int64, order: Int64) {
    markChanged(number)
    let place = row(number)
    if isTracked[field] {
      recordRun(number, field: Int32(field), value: value, time: time, order: order)
    }
    let orderWord = Header.count + fieldCount + field
    if order >= place[orderWord] {
      place[orderWord] = order
      place[Header.count + field] = value
    }
  }

  private mutating func recordRun(_ number: Int, field: Int32, value: Int64, time: Int64, order: Int64) {
    var before = -1
    var after = -1
    var next = Int(row(number)[Header.history])
    while next != 0 {
      let run = next - 1
      if runs[run].field == field {
        if runs[run].order <= order {
          before = run
        } else {
          after = run
          break
        }
      }
      next = Int(runs[run].next)
    }
    if before >= 0, runs[before].value == value {
      if order >= runs[before].lastOrder {
        runs.base[before].lastOrder = order
        runs.base[before].lastTime = time
      }
      return
    }
    if before >= 0, runs[before].order == order {
      // Two writes of one order: the later arrival counts.
      splitTail(of: before, behind: order)
      runs.base[before].value = value
      runs.base[before].lastOrder = order
      runs.base[before].time = time
      runs.base[before].lastTime = time
      return
    }
    if before >= 0, runs[before].lastOrder >= order {
      splitTail(of: before, behind: order)
      runs.base[before].lastOrder = runs[before].order
      runs.base[before].lastTime = runs[before].time
    } else if after >= 0, runs[after].value == value {
      runs.base[after].order = order
      runs.base[after].time = time
      return
    }
    insertRun(
      Run(
        order: order, lastOrder: order, time: time, lastTime: time, value: value, field: field, next: 0),
      behind: before, of: number)
  }

  /// Gives the part of a run that was written after `order` a run of its own.
  private mutating func splitTail(of run: Int, behind order: Int64) {
    let whole = runs[run]
    guard whole.lastOrder > order else { return }
    let tail = takeRun(
      Run(
        order: whole.lastOrder, lastOrder: whole.lastOrder, time: whole.lastTime,
        lastTime: whole.lastTime, value: whole.value, field: whole.field, next: whole.next))
    runs.base[run].next = UInt32(tail + 1)
  }

  private mutating func insertRun(_ run: Run, behind before: Int, of number: Int) {
    var run = run
    if before >= 0 {
      run.next = runs[before].next
      let created = takeRun(run)
      runs.base[before].next = UInt32(created + 1)
    } else {
      run.next = UInt32(row(number)[Header.history])
      let created = takeRun(run)
      row(number)[Header.history] = Int64(created + 1)
    }
  }

  private mutating func takeRun(_ run: Run) -> Int {
    guard freeRun != 0 else {
      runs.append(run)
      return runs.count - 1
    }
    let taken = Int(freeRun) - 1
    freeRun = runs[taken].next
    runs[taken] = run
    return taken
  }

  /// The row as contributions see it.
  func view(_ number: Int) -> RowView {
    let place = row(number)
    return RowView(
      values: UnsafePointer(place + Header.count), firstTime: place[Header.firstTime],
      firstOrder: place[Header.firstOrder], runs: UnsafePointer(runs.base),
      history: UInt32(place[Header.history]))
  }

  // MARK: - Eviction

  /// Removes the rows that `isExpired` names; the order of the others stays.
  mutating func evict(_ isExpired: (Int) -> Bool) -> Int {
    var kept = 0
    let all = count
    for number in 0..<all {
      if isExpired(number) {
        freeRuns(of: number)
        continue
      }
      if kept != number { row(kept).update(from: row(number), count: rowWords) }
      kept += 1
    }
    guard kept < all else { return 0 }
    rows.truncate(to: kept * rowWords)
    marks.truncate(to: PageMarks.words(rows: kept))
    basePages.removeAll()
    rebuildIndex()
    return all - kept
  }

  private mutating func freeRuns(of number: Int) {
    var next = UInt32(row(number)[Header.history])
    while next != 0 {
      let run = Int(next) - 1
      next = runs[run].next
      runs.base[run].next = freeRun
      freeRun = UInt32(run + 1)
    }
  }

  private mutating func rebuildIndex() {
    index.removeAll()
    let rows = rows.base
    let words = rowWords
    for number in 0..<count {
      index.insert(UInt64(bitPattern: rows[number * words]), row: number) {
        UInt64(bitPattern: rows[$0 * words])
      }
    }
  }

  // MARK: - Snapshot

  /// Writes each row's header and fields, then its runs in order.
  mutating func encode(fields: [Catalogue.Field], into output: inout SnapshotWriter) {
    output.write(UInt32(fields.count))
    for field in fields { output.write(field.name) }
    output.write(UInt32(count))
    var pages = FlatArray<Int>()
    for page in 0..<(count + PageMarks.rows - 1) / PageMarks.rows {
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
    let place = row(number)
    for word in 0..<rowWords where word != Header.history { output.write(place[word]) }
    var length: UInt32 = 0
    forEachRun(of: number) { _ in length += 1 }
    output.write(length)
    forEachRun(of: number) { run in
      output.write(UInt32(bitPattern: run.field))
      output.write(run.order)
      output.write(run.lastOrder)
      output.write(run.time)
      output.write(run.lastTime)
      output.write(run.value)
    }
  }

  private func forEachRun(of number: Int, _ body: (Run) -> Void) {
    var next = Int(row(number)[Header.history])
    while next != 0 {
      body(runs[next - 1])
      next = Int(runs[next - 1].next)
    }
  }

  /// Reads rows, matching fields by name; a field that the catalogue no longer reads is dropped.
  mutating func decode(fields: [Catalogue.Field], from input: inout SnapshotReader) throws(SnapshotFault) {
    var positions: [Int] = []
    for _ in 0..<(try input.readCount(itemBytes: 4)) {
      let name = try input.readText()
      positions.append(fields.firstIndex { $0.name == name } ?? -1)
    }
    let saved = positions.count
    for _ in 0..<(try input.readCount(itemBytes: Header.count * 8)) {
      var header: [Int64] = []
      for word in 0..<Header.count { header.append(word == Header.history ? 0 : try input.readInt64()) }
      let number = insert(
        header[Header.keyLow], header[Header.keyHigh], time: header[Header.firstTime],
        order: header[Header.firstOrder])
      row(number).update(from: header, count: Header.count)
      for part in 0..<2 {
        for field in 0..<saved {
          let value = try input.readInt64()
          guard positions[field] >= 0 else { continue }
          row(number)[Header.count + part * fieldCount + positions[field]] = value
        }
      }
      try decodeRuns(of: number, positions: positions, from: &input)
    }
  }

  private mutating func decodeRuns(
    of number: Int, positions: [Int], from input: inout SnapshotReader
  ) throws(SnapshotFault) {
    var last = -1
    for _ in 0..<(try input.readCount(itemBytes: 44)) {
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
        row(number)[Header.history] = Int64(created + 1)
      } else {
        runs.base[last].next = UInt32(created + 1)
      }
      last = created
    }
  }
}
