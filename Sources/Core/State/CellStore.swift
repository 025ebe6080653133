/// All cells of one task, or of the derived rows of all tasks: texts, and per group the combine buffer and segments.
final class CellStore {
  let catalogue: Catalogue
  var texts: TextTable
  var parents: ParentTable
  var roster: RosterTable
  private let groups: UnsafeMutablePointer<GroupState>
  /// Room for the text numbers of one item's dimensions.
  private let numbers: UnsafeMutablePointer<UInt32>

  init(catalogue: Catalogue) {
    self.catalogue = catalogue
    texts = TextTable(limit: catalogue.definition.maximumDimensionValues)
    parents = ParentTable(scopeCount: catalogue.scopes.count)
    roster = RosterTable(scopeCount: catalogue.scopes.count)
    groups = .allocate(capacity: max(catalogue.groups.count, 1))
    for (number, program) in catalogue.groups.enumerated() {
      (groups + number).initialize(to: GroupState(program: program, windows: catalogue.windows))
    }
    numbers = .allocate(capacity: 16)
    numbers.initialize(repeating: 0, count: 16)
  }

  deinit {
    groups.deinitialize(count: catalogue.groups.count)
    groups.deallocate()
    numbers.deallocate()
  }

  @inline(__always)
  func group(_ number: Int) -> UnsafeMutablePointer<GroupState> { groups + number }

  /// Combines one item of a group; see `GroupState.combine`.
  @inline(__always)
  func combine(group: Int, item: UnsafePointer<Int64>, mask: UInt64, sign: Int64) {
    let state = groups + group
    numberDimensions(state, item)
    let mask = tagged(mask, catalogue.groupPrograms.base + group, item)
    if sign > 0, !state.pointee.program.isLevel {
      noteParents(state, time: item[0])
      if catalogue.roster != nil { noteRoster(state, time: item[0], tag: UInt8(mask >> 56)) }
    }
    state.pointee.combine(item, numbers: numbers, mask: mask, sign: sign)
  }

  /// Adds one item to given windows of one position; see `GroupState.apply`.
  func apply(
    group: Int, item: UnsafePointer<Int64>, to windows: [WindowBounds], position: Int, marksDirty: Bool,
    expiredBefore: [Int64]
  ) {
    let state = groups + group
    state.pointee.flush(marksDirty: marksDirty, expiredBefore: expiredBefore)
    numberDimensions(state, item)
    let mask = tagged(0, catalogue.groupPrograms.base + group, item)
    noteParents(state, time: item[0])
    if catalogue.roster != nil { noteRoster(state, time: item[0], tag: UInt8(mask >> 56)) }
    state.pointee.apply(
      item, numbers: numbers, mask: mask, to: windows, position: position, marksDirty: marksDirty)
  }

  @inline(__always)
  private func numberDimensions(_ state: UnsafeMutablePointer<GroupState>, _ item: UnsafePointer<Int64>) {
    let count = state.pointee.program.dimensions.count
    for slot in 0..<count { numbers[slot] = texts.number(ofHash: item[1 + slot]) }
    if count & 1 == 1 { numbers[count] = 0 }
  }

  /// A mask of windows with the tag of the item's zone above it.
  @inline(__always)
  private func tagged(
    _ mask: UInt64, _ group: UnsafePointer<GroupProgram>, _ item: UnsafePointer<Int64>
  ) -> UInt64 {
    let tag = group.pointee.zoneSlot < 0 ? 0 : UInt64(zoneTag(group, item))
    return mask & WindowSlot.positionMask | tag << 56
  }

  /// The tag of the zone that an item's value of the zone dimension chooses.
  func zoneTag(_ group: UnsafePointer<GroupProgram>, _ item: UnsafePointer<Int64>) -> UInt8 {
    catalogue.zoneTags[item[1 + Int(group.pointee.zoneSlot)]] ?? 0
  }

  /// How many distinct contributions wait to be applied.
  var pendingCount: Int {
    var total = 0
    for number in 0..<catalogue.groups.count { total += groups[number].pendingCount }
    return total
  }

  /// Remembers whom the ids of the item at hand belong to, by event and not by batch, so that order decides alone.
  @inline(__always)
  private func noteParents(_ state: UnsafeMutablePointer<GroupState>, time: Int64) {
    let scopes = state.pointee.program.scopes
    for position in 0..<scopes.count where scopes.base[position].parentSlot >= 0 {
      let child = numbers[Int(scopes.base[position].firstSlot)]
      let parent = numbers[Int(scopes.base[position].parentSlot)]
      if child != 0, parent != 0 {
        parents.note(scope: Int(scopes.base[position].scope), child: child, parent: parent, time: time)
      }
    }
  }

  /// Remembers when the ids of the item at hand were seen.
  private func noteRoster(_ state: UnsafeMutablePointer<GroupState>, time: Int64, tag: UInt8) {
    let scopes = state.pointee.program.scopes
    for position in 0..<scopes.count {
      let scope = scopes.base[position]
      guard scope.secondSlot < 0 else { continue }
      let number = scope.firstSlot < 0 ? 0 : numbers[Int(scope.firstSlot)]
      if number != 0 || scope.firstSlot < 0 {
        roster.note(scope: Int(scope.scope), number, time: time, tag: tag)
      }
    }
  }

  /// Applies what was combined so far to the cells: everything, or what `GroupState.flush` does not leave.
  func flush(leaving limit: Int = 0, marksDirty: Bool, expiredBefore: [Int64]) {
    for number in 0..<catalogue.groups.count where groups[number].hasPending {
      groups[number].flush(leaving: limit, marksDirty: marksDirty, expiredBefore: expiredBefore)
    }
  }

  /// Takes every cell as published.
  func clearDirty() {
    for number in 0..<catalogue.groups.count {
      let state = groups + number
      for place in 0..<state.pointee.dirtySegments.count {
        state.pointee.dirtySegments[place].pointee.clearDirty()
      }
      state.pointee.dirtySegments.removeAll()
    }
  }

  func expire(before limits: [Int64]) {
    for number in 0..<catalogue.groups.count { groups[number].expire(before: limits) }
  }

  /// Windows with cells, counted once for each group of measures.
  var windowCount: Int {
    var total = 0
    for number in 0..<catalogue.groups.count { total += groups[number].segments.count }
    return total
  }

  /// Memory that is allocated, in bytes.
  var byteCount: Int {
    var total = texts.byteCount + parents.byteCount + roster.byteCount
    for number in 0..<catalogue.groups.count { total += groups[number].byteCount }
    return total
  }

  /// Live cells, counted as one for each measure of each row.
  var cellCount: Int {
    var total = 0
    for number in 0..<catalogue.groups.count {
      let measures = groups[number].program.measures.count
      for place in 0..<groups[number].segments.count {
        total += groups[number].segments[place].pointee.rowCount * measures
      }
    }
    return total
  }
}
