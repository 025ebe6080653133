/// All cells of one task, or of the derived rows of all tasks: texts, and per group the combine buffer and segments.
final class CellStore {
  let catalogue: Catalogue
  var texts: TextTable
  var parents: ParentTable
  private let groups: UnsafeMutablePointer<GroupState>
  /// Room for the text numbers of one item's dimensions.
  private let numbers: UnsafeMutablePointer<UInt32>

  init(catalogue: Catalogue) {
    self.catalogue = catalogue
    texts = TextTable(limit: catalogue.definition.maximumDimensionValues)
    parents = ParentTable(scopeCount: catalogue.scopes.count)
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
    let count = state.pointee.program.dimensions.count
    for slot in 0..<count { numbers[slot] = texts.number(ofHash: item[1 + slot]) }
    if count & 1 == 1 { numbers[count] = 0 }
    if sign > 0, !state.pointee.program.isLevel { noteParents(state, time: item[0]) }
    state.pointee.combine(item, numbers: numbers, mask: mask, sign: sign)
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

  /// Applies everything combined so far to the cells.
  func flush(marksDirty: Bool, expiredBefore: [Int64]) {
    for number in 0..<catalogue.groups.count where groups[number].pendingCount > 0 {
      groups[number].flush(marksDirty: marksDirty, expiredBefore: expiredBefore)
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
