/// The rows of one table: per-field last writer by order, and for tracked fields the history of their values.
///
/// The order of a write is its event's `version`, or its `occurredAt`. History is kept as runs of equal values, so
/// that who owned a deal when it was won is known whatever order events arrive in; a run remembers when it began and
/// its last write.
///
/// Most rows are written once, by an event whose order is its time. Such a row is plain: its key, the time, and the
/// values, all of them of that time; the one run of each tracked field is not written down. Whatever else there is to
/// know about a row is in its details, which it gets with the first event of another time or order.
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

  /// What a row that is not plain knows besides its values. The orders of its fields follow, a word each.
  struct Details: BitwiseCopyable {
    /// The least `occurredAt`.
    var firstTime: Int64
    var firstOrder: Int64
    var lastOrder: Int64
    /// The order of the last delete or restore, and which it was.
    var removalOrder: Int64
    var isRemoved: Bool
    /// The first run plus one; of details given back, the next ones plus one.
    var history: UInt32
  }

  /// How a row keeps one field.
  struct Column: BitwiseCopyable {
    /// Bytes from the beginning of the row.
    let place: Int
    /// Whether it is kept as one of `numbers`, in four bytes, and not as itself, in eight.
    let isNumbered: Bool
    let isTracked: Bool
  }

  /// Bytes from the beginning of a row to the members that every row has.
  enum Place {
    static let keyLow = 0
    static let keyHigh = 8
    /// An `Origin`.
    static let origin = 16
    static let fields = 24
  }

  /// What a plain row keeps of a field of eight bytes that was never written.
  static let unwritten = Int64.min + 1
  private static let numbersMin = 1_024

  let fieldCount: Int
  let columns: FlatArray<Column>
  var rows: RecordBlocks
  private var details: RecordBlocks
  /// Details given back by evicted rows, linked by `history`.
  private var freeDetails: UInt32 = 0
  var runs = FlatArray<Run>()
  /// Runs given back by evicted rows, linked by `next`.
  var freeRun: UInt32 = 0
  private var index = IndexTable()
  /// Texts and truth values: far fewer than rows.
  private var numbers = ValueNumbers()
  /// How many values make an eviction look for those that no row has any more.
  private var numbersMax = numbersMin
  /// The values of the row that was looked at last.
  private let scratch: UnsafeMutablePointer<Int64>
  /// A bit for each page of rows: whether it is not any more as it is in the base of later snapshots.
  var marks = FlatArray<UInt64>()
  /// Where each page begins in the base, and where the last one ends; empty when none is there.
  var basePages = FlatArray<Int>()

  init(fields: [Catalogue.Field]) {
    fieldCount = fields.count
    var columns = FlatArray<Column>()
    var end = Place.fields
    for field in fields {
      let isNumbered = field.type == .string || field.type == .boolean
      columns.append(Column(place: end, isNumbered: isNumbered, isTracked: field.isTracked))
      end += isNumbered ? 4 : 8
    }
    self.columns = columns
    rows = RecordBlocks(size: end)
    details = RecordBlocks(size: MemoryLayout<Details>.stride + fieldCount * MemoryLayout<Int64>.stride)
    scratch = .allocate(capacity: max(fieldCount, 1))
    scratch.initialize(repeating: FieldValue.absent, count: max(fieldCount, 1))
  }

  deinit { scratch.deallocate() }

  var count: Int { rows.count }

  /// Memory that is allocated, in bytes.
  var byteCount: Int {
    rows.byteCount + details.byteCount + runs.byteCount + index.byteCount + numbers.byteCount
      + marks.byteCount
      + basePages.byteCount
  }

  // MARK: - Finding

  /// The number of a row, or -1.
  func find(_ low: Int64, _ high: Int64) -> Int {
    let rows = rows.directory
    return index.find(UInt64(bitPattern: low)) {
      Self.word(rows[$0], Place.keyLow) == low && Self.word(rows[$0], Place.keyHigh) == high
    }
  }

  /// The number of a row by the low half of its key alone, or -1.
  func find(low: Int64) -> Int {
    let rows = rows.directory
    return index.find(UInt64(bitPattern: low)) { Self.word(rows[$0], Place.keyLow) == low }
  }

  /// The key of a row.
  func key(_ number: Int) -> (low: Int64, high: Int64) {
    (Self.word(rows[number], Place.keyLow), Self.word(rows[number], Place.keyHigh))
  }

  /// Rows need not begin at a multiple of eight.
  @inline(__always)
  static func word(_ row: UnsafeMutableRawPointer, _ place: Int) -> Int64 {
    row.loadUnaligned(fromByteOffset: place, as: Int64.self)
  }

  // MARK: - Reading

  @inline(__always)
  func origin(_ row: UnsafeMutableRawPointer) -> Origin {
    row.loadUnaligned(fromByteOffset: Place.origin, as: Origin.self)
  }

  @inline(__always)
  func set(_ origin: Origin, of row: UnsafeMutableRawPointer) {
    row.storeBytes(of: origin, toByteOffset: Place.origin, as: Origin.self)
  }

  /// The least `occurredAt` of a row's events.
  func firstTime(_ number: Int) -> Int64 {
    details(of: rows[number])?.pointee.firstTime ?? origin(rows[number]).time
  }

  /// The greatest order of a row's events.
  func lastOrder(_ number: Int) -> Int64 {
    details(of: rows[number])?.pointee.lastOrder ?? origin(rows[number]).time
  }

  func isRemoved(_ number: Int) -> Bool { details(of: rows[number])?.pointee.isRemoved ?? false }

  /// The present value of one field.
  func value(_ number: Int, field: Int) -> Int64 {
    let row = rows[number]
    return value(row, columns[field], isPlain: details(of: row) == nil)
  }

  /// The row as contributions see it, valid until a row of the table is looked at or written again.
  func view(_ number: Int) -> RowView {
    let row = rows[number]
    let details = details(of: row)
    for field in 0..<fieldCount { scratch[field] = value(row, columns[field], isPlain: details == nil) }
    let time = origin(row).time
    return RowView(
      values: UnsafePointer(scratch), firstTime: details?.pointee.firstTime ?? time,
      firstOrder: details?.pointee.firstOrder ?? time, runs: UnsafePointer(runs.base),
      history: details?.pointee.history ?? 0)
  }

  @inline(__always)
  func value(_ row: UnsafeMutableRawPointer, _ column: Column, isPlain: Bool) -> Int64 {
    if column.isNumbered { return numbers[row.load(fromByteOffset: column.place, as: UInt32.self)] }
    let value = Self.word(row, column.place)
    return isPlain && value == Self.unwritten ? FieldValue.absent : value
  }

  @inline(__always)
  func details(of row: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Details>? {
    let number = origin(row).details
    return number < 0 ? nil : details[number].assumingMemoryBound(to: Details.self)
  }

  @inline(__always)
  func orders(_ details: UnsafeMutablePointer<Details>) -> UnsafeMutablePointer<Int64> {
    UnsafeMutableRawPointer(details + 1).assumingMemoryBound(to: Int64.self)
  }

  // MARK: - Writing

  /// Adds an empty row for a key that `find` did not find.
  mutating func insert(_ low: Int64, _ high: Int64, time: Int64, order: Int64) -> Int {
    let number = count
    let row = rows.append()
    row.storeBytes(of: low, toByteOffset: Place.keyLow, as: Int64.self)
    row.storeBytes(of: high, toByteOffset: Place.keyHigh, as: Int64.self)
    set(Origin(time: time, isRestored: false), of: row)
    for field in 0..<fieldCount {
      let column = columns[field]
      if column.isNumbered {
        row.storeBytes(of: ValueNumbers.unwritten, toByteOffset: column.place, as: UInt32.self)
      } else {
        row.storeBytes(of: Self.unwritten, toByteOffset: column.place, as: Int64.self)
      }
    }
    enterIntoIndex(number)
    if PageMarks.words(rows: count) > marks.count { marks.append(0) }
    markChanged(number)
    if order != time { _ = unfold(number, order: order) }
    return number
  }

  private mutating func enterIntoIndex(_ number: Int) {
    let rows = rows.directory
    index.insert(UInt64(bitPattern: Self.word(rows[number], Place.keyLow)), row: number) {
      UInt64(bitPattern: Self.word(rows[$0], Place.keyLow))
    }
  }

  @inline(__always)
  private func markChanged(_ number: Int) { PageMarks.set(marks.base, row: number) }

  /// Widens the span of the row's events.
  mutating func touch(_ number: Int, time: Int64, order: Int64) {
    guard let details = details(number, time: time, order: order) else { return }
    details.pointee.firstTime = min(details.pointee.firstTime, time)
    details.pointee.firstOrder = min(details.pointee.firstOrder, order)
    details.pointee.lastOrder = max(details.pointee.lastOrder, order)
  }

  /// Deletes or restores; the last writer by order counts.
  mutating func setRemoved(_ number: Int, _ isRemoved: Bool, time: Int64, order: Int64) {
    var known = details(number, time: time, order: order)
    if known == nil, isRemoved { known = unfold(number, order: order) }
    guard let known else { return set(Origin(time: time, isRestored: true), of: rows[number]) }
    guard order >= known.pointee.removalOrder else { return }
    known.pointee.removalOrder = order
    known.pointee.isRemoved = isRemoved
  }

  /// Writes one field; `FieldValue.absent` clears it.
  mutating func write(_ number: Int, field: Int, value: Int64, time: Int64, order: Int64) {
    let column = columns[field]
    var known = details(number, time: time, order: order)
    if known == nil, !column.isNumbered, value == Self.unwritten { known = unfold(number, order: order) }
    if let known {
      if column.isTracked {
        recordRun(known, field: Int32(field), value: value, time: time, order: order)
      }
      let orders = orders(known)
      guard order >= orders[field] else { return }
      orders[field] = order
    }
    store(value, rows[number], column)
  }

  mutating func store(_ value: Int64, _ row: UnsafeMutableRawPointer, _ column: Column) {
    if column.isNumbered {
      row.storeBytes(of: numbers.number(of: value), toByteOffset: column.place, as: UInt32.self)
    } else {
      row.storeBytes(of: value, toByteOffset: column.place, as: Int64.self)
    }
  }

  /// The details of a row that is written; nil when it is plain and stays so, since the write is of its time.
  private mutating func details(
    _ number: Int, time: Int64, order: Int64
  ) -> UnsafeMutablePointer<Details>? {
    markChanged(number)
    let row = rows[number]
    if let known = details(of: row) { return known }
    let first = origin(row).time
    return time == first && order == first ? nil : unfold(number, order: first)
  }

  /// Gives a plain row details, all of whose fields were written at `order`.
  mutating func unfold(_ number: Int, order: Int64) -> UnsafeMutablePointer<Details> {
    let row = rows[number]
    let plain = origin(row)
    let place = takeDetails()
    set(Origin(details: place), of: row)
    let created = details[place].assumingMemoryBound(to: Details.self)
    created.initialize(
      to: Details(
        firstTime: plain.time, firstOrder: order, lastOrder: order,
        removalOrder: plain.isRestored ? order : .min, isRemoved: false, history: 0))
    let orders = orders(created)
    for field in 0..<fieldCount {
      let column = columns[field]
      let isWritten = isWritten(row, column)
      let present = value(row, column, isPlain: true)
      orders[field] = isWritten ? order : .min
      if isWritten, column.isTracked {
        recordRun(created, field: Int32(field), value: present, time: plain.time, order: order)
      }
      if !isWritten, !column.isNumbered { store(present, row, column) }
    }
    return created
  }

  /// Whether a field of a plain row was ever written.
  func isWritten(_ row: UnsafeMutableRawPointer, _ column: Column) -> Bool {
    column.isNumbered
      ? row.load(fromByteOffset: column.place, as: UInt32.self) != ValueNumbers.unwritten
      : Self.word(row, column.place) != Self.unwritten
  }

  private mutating func takeDetails() -> Int {
    guard freeDetails != 0 else {
      _ = details.append()
      return details.count - 1
    }
    let taken = Int(freeDetails) - 1
    freeDetails = details[taken].assumingMemoryBound(to: Details.self).pointee.history
    return taken
  }

  // MARK: - Eviction

  /// Removes the rows that `isExpired` names; the order of the others stays.
  mutating func evict(_ isExpired: (Int) -> Bool) -> Int {
    var kept = 0
    let all = count
    for number in 0..<all {
      if isExpired(number) {
        giveBackDetails(of: rows[number])
        continue
      }
      if kept != number { rows[kept].copyMemory(from: rows[number], byteCount: rows.size) }
      kept += 1
    }
    guard kept < all else { return 0 }
    rows.truncate(to: kept)
    marks.truncate(to: PageMarks.words(rows: kept))
    basePages.removeAll()
    index.removeAll()
    for number in 0..<count { enterIntoIndex(number) }
    if numbers.count > numbersMax { renumber() }
    return all - kept
  }

  private mutating func giveBackDetails(of row: UnsafeMutableRawPointer) {
    guard let known = details(of: row) else { return }
    freeRuns(of: known)
    known.pointee.history = freeDetails
    freeDetails = UInt32(origin(row).details + 1)
  }

  /// Forgets the values that no row has any more.
  private mutating func renumber() {
    var renumbered = ValueNumbers()
    for number in 0..<count {
      for field in 0..<fieldCount where columns[field].isNumbered {
        let place = rows[number] + columns[field].place
        let known = place.load(as: UInt32.self)
        if known > ValueNumbers.absent {
          place.storeBytes(of: renumbered.number(of: numbers[known]), as: UInt32.self)
        }
      }
    }
    numbers = renumbered
    numbersMax = max(Self.numbersMin, 2 * numbers.count)
  }
}
