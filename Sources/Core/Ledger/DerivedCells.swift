/// The cells of derived rows that need more than one partition: first wins of accounts, and activities of won deals.
///
/// Tasks report which accounts and opportunities changed; the parts of all tasks are merged anew for each, and the
/// difference to what was contributed before is applied. So the cells are a function of the tasks' states.
final class DerivedCells {
  let store: CellStore
  private let catalogue: Catalogue
  /// What each account and each opportunity contributes now: group numbers and items, one after the other.
  private var wins: [Int64: [Int64]] = [:]
  private var contacts: [Int64: [Int64]] = [:]
  private let scratch: UnsafeMutablePointer<Int64>
  private let item: UnsafeMutablePointer<Int64>

  init(catalogue: Catalogue) {
    self.catalogue = catalogue
    store = CellStore(catalogue: catalogue)
    let most = catalogue.entities.map(\.fields.count).max() ?? 0
    scratch = .allocate(capacity: most + 1)
    scratch.initialize(repeating: FieldValue.absent, count: most + 1)
    let words = catalogue.groups.map { Int($0.itemWords) }.max() ?? 0
    item = .allocate(capacity: words + 1)
    item.initialize(repeating: 0, count: words + 1)
  }

  deinit {
    scratch.deallocate()
    item.deallocate()
  }

  /// Brings the cells up to date with everything the tasks reported.
  func refresh(_ tasks: [PartitionTask], marksDirty: Bool, expiredBefore: [Int64]) {
    var silent = Changes()
    var loud = Changes()
    for task in tasks {
      for place in 0..<task.links.changedAccounts.count {
        let isSilent = place < task.links.silentAccountCount || !task.marksDirty || !marksDirty
        if isSilent { silent.accounts.insert(task.links.changedAccounts[place]) }
        if !isSilent { loud.accounts.insert(task.links.changedAccounts[place]) }
      }
      for place in 0..<task.links.changedContacts.count {
        let isSilent = place < task.links.silentContactCount || !task.marksDirty || !marksDirty
        if isSilent { silent.contacts.insert(task.links.changedContacts[place]) }
        if !isSilent { loud.contacts.insert(task.links.changedContacts[place]) }
      }
      task.links.clearChanges()
    }
    // What changed in both ways is published: the state does not tell the two apart.
    silent.accounts.subtract(loud.accounts)
    silent.contacts.subtract(loud.contacts)
    take(silent, tasks, marksDirty: false, expiredBefore: expiredBefore)
    take(loud, tasks, marksDirty: true, expiredBefore: expiredBefore)
  }

  private struct Changes {
    var accounts: Set<Int64> = []
    var contacts: Set<Int64> = []
  }

  private func take(_ changes: Changes, _ tasks: [PartitionTask], marksDirty: Bool, expiredBefore: [Int64]) {
    // Sorted, so that the order of texts and cells does not depend on hashing.
    for account in changes.accounts.sorted() {
      replace(&wins[account], by: winItems(of: account, tasks))
    }
    for opportunity in changes.contacts.sorted() {
      replace(&contacts[opportunity], by: contactItems(of: opportunity, tasks))
    }
    store.flush(marksDirty: marksDirty, expiredBefore: expiredBefore)
  }

  private func replace(_ present: inout [Int64]?, by items: [Int64]) {
    let old = present ?? []
    if old == items { return }
    apply(old, sign: -1)
    apply(items, sign: 1)
    present = items.isEmpty ? nil : items
  }

  private func apply(_ items: [Int64], sign: Int64) {
    items.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var place = 0
      while place < buffer.count {
        let group = Int(base[place])
        store.combine(group: group, item: base + place + 1, mask: .max, sign: sign)
        place += Int(catalogue.groupPrograms[group].itemWords) + 1
      }
    }
  }

  private func winItems(of account: Int64, _ tasks: [PartitionTask]) -> [Int64] {
    var best: (task: PartitionTask, row: Int, time: Int64, low: Int64)?
    for task in tasks {
      let table = task.tables + task.derived.opportunity
      task.links.forEachWin(of: account) { low, high in
        let row = table.pointee.find(low, high)
        guard row >= 0, let closed = task.derived.wonTime(table.pointee.view(row)) else { return }
        if let known = best, (known.time, known.low) <= (closed.time, low) { return }
        best = (task, row, closed.time, low)
      }
    }
    guard let best else { return [] }
    let view = (best.task.tables + best.task.derived.opportunity).pointee.view(best.row)
    guard let closed = best.task.derived.wonTime(view) else { return [] }
    return items(
      of: catalogue.firstWinEntity, best.task.derived.firstWin(view, closed: closed, into: scratch), best.task
    )
  }

  private func contactItems(of opportunity: Int64, _ tasks: [PartitionTask]) -> [Int64] {
    var count: Int64 = 0
    var first = Int64.max
    var owner: (task: PartitionTask, row: Int)?
    for task in tasks {
      let part = task.links.contact(of: opportunity)
      count += part.count
      first = min(first, part.first)
      let row = task.wonRow(opportunity)
      if row >= 0 { owner = (task, row) }
    }
    guard let owner else { return [] }
    let view = (owner.task.tables + owner.task.derived.opportunity).pointee.view(owner.row)
    guard let closed = owner.task.derived.wonTime(view) else { return [] }
    let row = owner.task.derived.contact(view, closed: closed, first: first, count: count, into: scratch)
    return items(of: catalogue.contactEntity, row, owner.task)
  }

  /// The items of a derived row; the texts of its dimensions are taken over from the task.
  private func items(of entity: Int, _ view: RowView, _ task: PartitionTask) -> [Int64] {
    var result: [Int64] = []
    let groups = catalogue.entityPrograms[entity].groups
    for place in 0..<groups.count {
      let number = Int(groups[place])
      let group = catalogue.groupPrograms.base + number
      guard ItemBuilder.build(group, view, into: item) else { continue }
      for slot in 0..<group.pointee.dimensions.count where item[1 + slot] != FieldValue.absent {
        let text = task.cells.texts.text(task.cells.texts.number(ofHash: item[1 + slot]))
        if let start = text.baseAddress {
          item[1 + slot] = store.texts.intern(UnsafeRawPointer(start), text.count, hash: item[1 + slot])
        }
      }
      result.append(Int64(number))
      result.append(contentsOf: UnsafeBufferPointer(start: item, count: Int(group.pointee.itemWords)))
    }
    return result
  }
}

extension PartitionTask {
  /// The row of a won opportunity known by the hash of its id, or -1.
  func wonRow(_ key: Int64) -> Int {
    guard derived.opportunity >= 0 else { return -1 }
    let table = tables + derived.opportunity
    let row = table.pointee.find(low: key)
    guard row >= 0, !table.pointee.isRemoved(row) else { return -1 }
    return derived.wonTime(table.pointee.view(row)) == nil ? -1 : row
  }
}
