/// Which windows still take what a partition contributes.
///
/// It depends on the partition's stream time alone, so that it is the same in every run.
extension PartitionTask {
  /// Combines the item at hand of a stream event that may be late for some windows of its group.
  ///
  /// Windows that tile are taken or refused one by one. A window made of panes shares them with its neighbours, so an event
  /// that is late for any of those goes past the panes, to each window that still takes it.
  @inline(never)
  func contributeLate(_ number: Int, _ late: inout Outcome?) {
    let group = catalogue.groupPrograms.base + number
    var standing = Standing()
    for position in 0..<group.pointee.windows.count {
      judge(group, position, &standing)
    }
    if standing.isPartial { standing.mask &= ~standing.panes } else { standing.mask |= standing.panes }
    if standing.mask != 0 { cells.combine(group: number, item: item, mask: standing.mask, sign: 1) }
    if standing.isPartial {
      for (position, windows) in standing.overlapping where !windows.isEmpty {
        cells.apply(
          group: number, item: item, to: windows, position: position, marksDirty: marksDirty,
          expiredBefore: expiredBefore)
      }
    }
    if group.pointee.late != .next {
      if late == nil { late = standing.outcome }
    } else {
      moveToPresent(number, standing)
      // Neighbours of a window that takes it do not count it elsewhere.
      if late == nil { late = standing.partialOutcome }
    }
  }

  /// What the windows of a group make of one item.
  private struct Standing {
    /// Windows that take it by its time, and those that refuse it altogether.
    var mask: UInt64 = 0
    var refused: UInt64 = 0
    /// The panes of overlapping windows.
    var panes: UInt64 = 0
    /// By position of an overlapping window: those of its windows that take it, or none.
    var overlapping: [(position: Int, windows: [WindowBounds])] = []
    /// Whether some but not all windows over the item's time take it.
    var isPartial = false
    var outcome: Outcome?
    /// The same for a definition that some of its own windows take it for.
    var partialOutcome: Outcome?
  }

  private func judge(_ group: UnsafePointer<GroupProgram>, _ position: Int, _ standing: inout Standing) {
    let slot = group.pointee.windows.base[position]
    let window = catalogue.windows[Int(slot.window)]
    let bit: UInt64 = 1 << UInt64(position)
    guard !slot.isPane, takesZone(group, slot) else { return }
    let allowance = group.pointee.late == .amend ? window.retentionMillis : window.graceMillis
    if slot.isStored {
      let end = window.isAll ? Int64.max / 2 : window.calendar.bounds(containing: item[0]).end
      if takes(slot, end, allowance) {
        standing.mask |= bit
      } else {
        refuse(slot, bit, end + allowance, &standing)
      }
      return
    }
    let all = window.calendar.windows(containing: item[0])
    let taking = all.filter { takes(slot, $0.end, allowance) }
    let panes = paneMask(group, of: window)
    if taking.isEmpty {
      refuse(slot, bit | panes, (all.last?.end ?? item[0]) + allowance, &standing)
    } else if taking.count < all.count {
      let outcome = late(slot, (all.first?.end ?? item[0]) + allowance)
      if standing.outcome == nil { standing.outcome = outcome }
      if standing.partialOutcome == nil { standing.partialOutcome = outcome }
    }
    if window.isSession {
      if !taking.isEmpty { standing.mask |= panes }
      return
    }
    standing.panes |= panes
    standing.overlapping.append((position, taking))
    if taking.count < all.count { standing.isPartial = true }
  }

  private func refuse(_ slot: WindowSlot, _ bit: UInt64, _ deadline: Int64, _ standing: inout Standing) {
    standing.refused |= bit
    if standing.outcome == nil { standing.outcome = late(slot, deadline) }
  }

  /// Whether a window that ends at `end` takes what happened in it.
  private func takes(_ slot: WindowSlot, _ end: Int64, _ allowance: Int64) -> Bool {
    end + allowance > streamTime && end > droppedBefore[Int(slot.window)]
  }

  private func late(_ slot: WindowSlot, _ deadline: Int64) -> Outcome {
    // Of a window that was dropped the deadline may be yet to come.
    .late(window: Int(slot.window), lateMillis: max(0, streamTime - deadline))
  }

  /// The positions of the windows that hold a window's panes.
  private func paneMask(_ group: UnsafePointer<GroupProgram>, of window: Catalogue.Window) -> UInt64 {
    var mask: UInt64 = 0
    for position in 0..<group.pointee.windows.count
    where window.panes.contains(Int(group.pointee.windows.base[position].window)) {
      mask |= 1 << UInt64(position)
    }
    return mask
  }

  /// Whether the item's zone is kept in a window for any scope.
  private func takesZone(_ group: UnsafePointer<GroupProgram>, _ slot: WindowSlot) -> Bool {
    guard slot.followsScopeZone else { return true }
    let tag = cells.zoneTag(group, item)
    for place in 0..<group.pointee.scopes.count where slot.takes(group.pointee.scopes.base[place], tag: tag) {
      return true
    }
    return false
  }

  /// Counts the item at hand, in the present, where every window over its own time refused it.
  ///
  /// Panes that one definition refuses and another one takes cannot hold it twice: then it goes to each window.
  private func moveToPresent(_ number: Int, _ standing: Standing) {
    guard standing.refused != 0 else { return }
    let group = catalogue.groupPrograms.base + number
    let time = item[0]
    item[0] = streamTime
    if group.pointee.timeMeasure >= 0 {
      item[Int(group.pointee.measures.base[Int(group.pointee.timeMeasure)].itemWord)] = streamTime
    }
    let mark = Int(group.pointee.measures.base[Int(group.pointee.lateMeasure)].itemWord)
    item[mark] = 1
    let isTaken = standing.overlapping.contains { !$0.windows.isEmpty }
    let mask = isTaken ? standing.refused & ~standing.panes : standing.refused
    if mask != 0 { cells.combine(group: number, item: item, mask: mask, sign: 1) }
    if isTaken {
      for (position, windows) in standing.overlapping where windows.isEmpty {
        let window = catalogue.windows[Int(group.pointee.windows.base[position].window)]
        cells.apply(
          group: number, item: item, to: window.calendar.windows(containing: streamTime), position: position,
          marksDirty: marksDirty, expiredBefore: expiredBefore)
      }
    }
    item[mark] = FieldValue.absent
    item[0] = time
  }

  /// Windows of a group that can still be corrected at `time`: those within retention of stream time. A pane can as long
  /// as one of its windows can.
  func openWindows(_ number: Int, time: Int64, _ late: inout Outcome?) -> UInt64 {
    let group = catalogue.groupPrograms.base + number
    if group.pointee.isLevel || time >= max(streamTime - catalogue.leastRetentionMillis, latestDropped) {
      return .max
    }
    var mask: UInt64 = 0
    for position in 0..<group.pointee.windows.count {
      let slot = group.pointee.windows.base[position]
      let window = catalogue.windows[Int(slot.window)]
      guard !slot.isPane else { continue }
      let end = window.isAll ? Int64.max / 2 : window.calendar.windows(containing: time).last?.end ?? time
      if takes(slot, end, window.retentionMillis) {
        mask |= slot.isStored ? 1 << UInt64(position) : paneMask(group, of: window)
      } else if late == nil {
        late = self.late(slot, end + window.retentionMillis)
      }
    }
    return mask
  }
}
