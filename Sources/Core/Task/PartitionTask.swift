/// The share of the work, and of the state, that belongs to one input partition.
///
/// Everything in it is a function of the partition's events up to `position`: no clock, no batch size, no other
/// partition. One thread uses it at a time.
public final class PartitionTask {
  public let catalogue: Catalogue
  public let topic: String
  public let partition: Int32
  /// The offset of the next record.
  public var position: Int64 = 0
  /// The fingerprint of the last record before `position`, by which it is known again.
  public var lastRecord = RecordFingerprint.none
  /// The greatest `occurredAt` admitted; `Int64.min` before the first event.
  public internal(set) var streamTime = Int64.min
  public internal(set) var books = Books()
  /// Rejected events by reason, in the order of `RejectReason.allCases`.
  public internal(set) var rejections = [UInt64](repeating: 0, count: RejectReason.allCases.count)
  /// The partition has been read to its end, so that silence means that nothing is there. Not part of the state.
  public var isAtEnd = false
  /// Whether changes are to be published; false during a silent replay.
  public private(set) var marksDirty = true
  let cells: CellStore
  let entities: ProgramList<EntityProgram>
  /// By entity; empty tables for entities that are never keyed.
  let tables: UnsafeMutablePointer<RowTable>
  var duplicates: DuplicateFilter
  var links: LinkTable
  let derived: DerivedFields
  /// Windows that ended at or before this are gone, by window.
  private(set) var expiredBefore: [Int64]
  /// Those that take nothing any more, although they would by their grace and retention; by window, and the latest.
  private(set) var droppedBefore: [Int64]
  private(set) var latestDropped = Int64.min
  /// Rows are checked for eviction when stream time enters a new day.
  var evictionDay = Int64.min
  /// Scratch: the values of one stream event, one item, the entries of an opportunity into stages, and the items of a row
  /// before and after a change.
  let values: UnsafeMutablePointer<Int64>
  let item: UnsafeMutablePointer<Int64>
  var entries = FlatArray<DerivedFields.Entry>()
  var before = FlatArray<Int64>()
  var after = FlatArray<Int64>()

  public init(catalogue: Catalogue, topic: String, partition: Int32) {
    self.catalogue = catalogue
    self.topic = topic
    self.partition = partition
    cells = CellStore(catalogue: catalogue)
    entities = catalogue.entityPrograms
    tables = .allocate(capacity: max(catalogue.entities.count, 1))
    for (number, entity) in catalogue.entities.enumerated() {
      (tables + number).initialize(to: RowTable(fields: entity.fields))
    }
    duplicates = DuplicateFilter(horizonMillis: catalogue.definition.duplicateHorizonMillis)
    links = LinkTable(catalogue: catalogue)
    derived = DerivedFields(catalogue: catalogue)
    expiredBefore = Array(repeating: .min, count: catalogue.windows.count)
    droppedBefore = expiredBefore
    let most = catalogue.entities.map(\.fields.count).max() ?? 0
    values = .allocate(capacity: most + 1)
    values.initialize(repeating: FieldValue.absent, count: most + 1)
    let itemWords = catalogue.groups.map { Int($0.itemWords) }.max() ?? 0
    item = .allocate(capacity: itemWords + 1)
    item.initialize(repeating: 0, count: itemWords + 1)
  }

  deinit {
    tables.deinitialize(count: catalogue.entities.count)
    tables.deallocate()
    values.deallocate()
    item.deallocate()
  }

  /// Admits one event and combines what it contributes; enters the outcome into the books.
  ///
  /// - Parameter recordTimestamp: the record's timestamp in milliseconds, the reference for events from the future,
  ///   or -1 when it has none.
  public func accept(_ event: DecodedEvent, recordTimestamp: Int64) -> Outcome {
    let outcome = admit(event, recordTimestamp: recordTimestamp)
    enter(outcome)
    return outcome
  }

  /// Enters an event that could not be decoded.
  public func reject(_ reason: RejectReason) { enter(.rejected(reason, field: -1)) }

  /// Enters a record without any event.
  public func skip() { enter(.filtered) }

  private func enter(_ outcome: Outcome) {
    books.enter(outcome)
    if case .rejected(let reason, _) = outcome, let place = RejectReason.allCases.firstIndex(of: reason) {
      rejections[place] += 1
    }
  }

  private func admit(_ event: DecodedEvent, recordTimestamp: Int64) -> Outcome {
    if event.occurredAt < 0 || event.occurredAt > Self.latestTime {
      return .rejected(.impossibleTime, field: -1)
    }
    if recordTimestamp >= 0, event.occurredAt > recordTimestamp + catalogue.definition.futureSkewMillis {
      return .rejected(.fromTheFuture, field: -1)
    }
    let isRow: Bool
    switch entities[event.entity].keying {
    case .required:
      if event.entityId.isAbsent { return .rejected(.missingField, field: -1) }
      isRow = true
    case .optional:
      isRow = !event.entityId.isAbsent
    case .never:
      isRow = false
    }
    if let fault = check(event, isRow: isRow) { return fault }
    if !event.id.isAbsent, catalogue.definition.duplicateHorizonMillis > 0, let start = event.id.start {
      duplicates.advance(to: max(streamTime, event.occurredAt))
      let (low, high) = Self.key(start, event.id.count)
      if !duplicates.isNew(low, high) { return .duplicate }
    }
    streamTime = max(streamTime, event.occurredAt)
    if event.operation == .refetch { return .filtered }
    let outcome = isRow ? changeRow(event) : countStreamEvent(event)
    evictRowsOnNewDay()
    return outcome
  }

  /// The last millisecond of the year 2200: beyond it no zone's rules are known.
  public static let latestTime: Int64 = 7_289_654_399_999
  private static let secondSeed: UInt64 = 0x6A09_E667_F3BC_C909

  /// The 128 bits of hash by which an id is known.
  @inline(__always)
  static func key(_ start: UnsafeRawPointer, _ count: Int) -> (low: Int64, high: Int64) {
    (Hashing.textValue(start, count), Int64(bitPattern: Hashing.hash(start, count, seed: secondSeed)))
  }

  private func check(_ event: DecodedEvent, isRow: Bool) -> Outcome? {
    let entity = entities.base + event.entity
    if !isRow {
      guard event.operation == .upsert || event.operation == .snapshot || event.operation == .refetch else {
        return .rejected(.missingField, field: -1)
      }
      for place in 0..<entity.pointee.requiredFields.count {
        let field = Int(entity.pointee.requiredFields.base[place])
        let kind = event.fields[field].kind
        if kind != .text, kind != .number { return .rejected(.missingField, field: field) }
      }
    }
    for place in 0..<entity.pointee.checks.count {
      let check = entity.pointee.checks.base[place]
      guard event.fields[check.field].kind == .number else { continue }
      var applies = true
      for number in 0..<check.filter.count {
        let predicate = check.filter[number]
        if !predicate.accepts(known(event, Int(predicate.field), isRow: isRow)) { applies = false }
      }
      guard applies else { continue }
      let value = event.fields[check.field].number
      let lowest = bound(event, check.lowestField) ?? check.lowest
      let highest = bound(event, check.highestField) ?? check.highest
      if value < lowest || value > highest { return .rejected(.numberOutOfRange, field: check.field) }
    }
    return nil
  }

  /// A field's value in the event or, where that leaves it as it was, in the row that it is a change of.
  private func known(_ event: DecodedEvent, _ field: Int, isRow: Bool) -> Int64 {
    guard isRow, event.fields[field].kind == .absent, let start = event.entityId.start else {
      return value(of: event.fields[field])
    }
    let (low, high) = Self.key(start, event.entityId.count)
    let row = tables[event.entity].find(low, high)
    return row < 0 ? FieldValue.absent : tables[event.entity].view(row).values[field]
  }

  private func bound(_ event: DecodedEvent, _ field: Int) -> Int64? {
    field >= 0 && event.fields[field].kind == .number ? event.fields[field].number : nil
  }

  @inline(__always)
  func value(of field: EventField) -> Int64 {
    switch field.kind {
    case .absent, .cleared: return FieldValue.absent
    case .number: return field.number
    case .text:
      guard let start = field.text.start else { return FieldValue.absent }
      return Hashing.textValue(start, field.text.count)
    }
  }

  /// The value of a field as it is kept; a dimension's text is remembered for publication.
  @inline(__always)
  func stored(_ field: EventField, _ definition: UnsafePointer<FieldProgram>) -> Int64 {
    let value = value(of: field)
    if definition.pointee.isDimension, field.kind == .text, let start = field.text.start {
      return cells.texts.intern(start, field.text.count, hash: value)
    }
    return value
  }

  // MARK: - Streams

  private func countStreamEvent(_ event: DecodedEvent) -> Outcome {
    let fields = entities[event.entity].fields
    for field in 0..<fields.count { values[field] = stored(event.fields[field], fields.base + field) }
    noteActor(event) { values[$0] = $1 }
    let view = RowView(
      values: values, firstTime: event.occurredAt, firstOrder: event.order, runs: nil, history: 0)
    let groups = entities[event.entity].groups
    var late: Outcome?
    for place in 0..<groups.count {
      let number = Int(groups[place])
      let group = catalogue.groupPrograms.base + number
      guard ItemBuilder.build(group, view, into: item) else { continue }
      if item[0] < max(streamTime &- group.pointee.leastGraceMillis, latestDropped) {
        contributeLate(number, &late)
      } else {
        cells.combine(group: number, item: item, mask: .max, sign: 1)
      }
    }
    links.countStreamContact(event.entity, view)
    return late ?? .counted
  }

  /// Records who performed the event, or that nobody is known to, for measures that are attributed to the actor.
  @inline(__always)
  func noteActor(_ event: DecodedEvent, _ write: (Int, Int64) -> Void) {
    let field = Int(entities[event.entity].actorField)
    guard field >= 0 else { return }
    guard let start = event.actorId.start else { return write(field, FieldValue.absent) }
    let hash = Hashing.textValue(start, event.actorId.count)
    write(field, cells.texts.intern(start, event.actorId.count, hash: hash))
  }

  // MARK: - Upkeep

  /// Begins a silent replay: what happens from here on was published by an earlier run.
  public func beginSilence() { marksDirty = false }

  /// Ends a silent replay; call between two batches or two records.
  public func endSilence() {
    guard !marksDirty else { return }
    flush()
    links.endSilence()
    marksDirty = true
  }

  /// Applies what was combined so far where it has become much. Call at the end of every batch.
  public func endBatch() {
    guard cells.pendingCount > Self.pendingMax else { return }
    cells.flush(leaving: Self.coarserPendingMax, marksDirty: marksDirty, expiredBefore: expiredBefore)
  }

  /// Applies everything combined so far.
  func flush() { cells.flush(marksDirty: marksDirty, expiredBefore: expiredBefore) }

  /// Contributions are held back until they are looked at, because later ones often add to the same; but not so many
  /// that those of all tasks leave the processor's cache.
  private static let pendingMax = 1_024
  /// By coarser panes later ones add to the same for longer, and each costs more windows when it is applied.
  private static let coarserPendingMax = 8_192

  /// Forgets windows that ended at or before the limits, which never go back.
  func expire(before limits: [Int64]) {
    expiredBefore = limits
    cells.expire(before: limits)
  }

  /// Takes windows as gone for good, however long they are kept now.
  func drop(before limits: [Int64]) {
    droppedBefore = limits
    latestDropped = limits.max() ?? .min
  }

  private func evictRowsOnNewDay() {
    let day = streamTime / 86_400_000
    guard day != evictionDay else { return }
    evictionDay = day
    let limit = streamTime - catalogue.definition.rowRetentionMillis
    guard limit > 0 else { return }
    for (number, entity) in catalogue.entities.enumerated() where entity.keying != .never {
      evictRows(of: number, before: limit)
    }
  }

  /// Rows of all tables.
  public var rowCount: Int {
    var total = 0
    for number in 0..<catalogue.entities.count { total += tables[number].count }
    return total
  }

  /// Memory that is allocated for cells, rows, links and remembered ids, in bytes.
  var byteCount: Int {
    var total = cells.byteCount + duplicates.byteCount + links.byteCount
    for number in 0..<catalogue.entities.count { total += tables[number].byteCount }
    return total
  }

  /// Live cells, one for each measure of each scope and window.
  public var cellCount: Int { cells.cellCount }
}
