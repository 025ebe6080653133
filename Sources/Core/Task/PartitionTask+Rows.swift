/// Tables: a change of a row retracts what it contributed and contributes anew.
extension PartitionTask {
  func changeRow(_ event: DecodedEvent) -> Outcome {
    guard let start = event.entityId.start else { return .rejected(.missingField, field: -1) }
    let (low, high) = Self.key(start, event.entityId.count)
    let table = tables + event.entity
    var number = table.pointee.find(low, high)
    before.removeAll()
    after.removeAll()
    let linkBefore: LinkTable.Standing
    if number < 0 {
      linkBefore = LinkTable.Standing()
      number = table.pointee.insert(low, high, time: event.occurredAt, order: event.order)
    } else {
      collect(entity: event.entity, row: number, into: &before)
      linkBefore = links.standing(event.entity, table, number)
    }
    write(event, to: table, number)
    collect(entity: event.entity, row: number, into: &after)
    links.move(from: linkBefore, to: links.standing(event.entity, table, number))
    return exchange()
  }

  private func write(_ event: DecodedEvent, to table: UnsafeMutablePointer<RowTable>, _ number: Int) {
    table.pointee.touch(number, time: event.occurredAt, order: event.order)
    switch event.operation {
    case .delete, .merge:
      table.pointee.setRemoved(number, true, time: event.occurredAt, order: event.order)
    case .restore, .snapshot:
      table.pointee.setRemoved(number, false, time: event.occurredAt, order: event.order)
    case .upsert, .refetch: break
    }
    let fields = entities[event.entity].fields
    for field in 0..<fields.count where event.fields[field].kind != .absent {
      table.pointee.write(
        number, field: field, value: stored(event.fields[field], fields.base + field), time: event.occurredAt,
        order: event.order)
    }
    noteActor(event) { field, value in
      table.pointee.write(number, field: field, value: value, time: event.occurredAt, order: event.order)
    }
  }

  /// Appends all items of a row: the group's number, then the item.
  func collect(entity: Int, row: Int, into items: inout FlatArray<Int64>) {
    if tables[entity].isRemoved(row) { return }
    let view = tables[entity].view(row)
    append(entity: entity, view, to: &items)
    if entity == derived.opportunity, catalogue.stayEntity >= 0 {
      derived.forEachStay(view, &entries, into: values) { stay in
        append(entity: catalogue.stayEntity, stay, to: &items)
      }
    }
  }

  private func append(entity: Int, _ view: RowView, to items: inout FlatArray<Int64>) {
    let groups = entities[entity].groups
    for place in 0..<groups.count {
      let number = Int(groups[place])
      let group = catalogue.groupPrograms.base + number
      guard ItemBuilder.build(group, view, into: item) else { continue }
      items.append(Int64(number))
      items.append(contentsOf: UnsafeBufferPointer(start: item, count: Int(group.pointee.itemWords)))
    }
  }

  /// Retracts the items that are no longer so and contributes those that are new; equal ones cancel.
  private func exchange() -> Outcome {
    var late: Outcome?
    cancelEqualItems()
    retractOrAdd(before, sign: -1, &late)
    retractOrAdd(after, sign: 1, &late)
    return late ?? .counted
  }

  /// Marks equal items of `before` and `after` as void by a negative group number.
  private func cancelEqualItems() {
    var old = 0
    while old < before.count {
      let group = before[old]
      let words = Int(catalogue.groupPrograms[Int(group)].itemWords)
      var new = 0
      while new < after.count {
        let other = after[new]
        let otherWords = Int(catalogue.groupPrograms[Int(other < 0 ? -other - 1 : other)].itemWords)
        if other == group, areEqual(before.base + old + 1, after.base + new + 1, words) {
          before[old] = -group - 1
          after[new] = -group - 1
          break
        }
        new += otherWords + 1
      }
      old += words + 1
    }
  }

  private func areEqual(_ left: UnsafePointer<Int64>, _ right: UnsafePointer<Int64>, _ count: Int) -> Bool {
    for word in 0..<count where left[word] != right[word] { return false }
    return true
  }

  private func retractOrAdd(_ items: borrowing FlatArray<Int64>, sign: Int64, _ late: inout Outcome?) {
    var place = 0
    while place < items.count {
      let marked = items[place]
      let number = Int(marked < 0 ? -marked - 1 : marked)
      let words = Int(catalogue.groupPrograms[number].itemWords)
      if marked >= 0 {
        let mask = openWindows(number, time: items[place + 1], &late)
        if mask != 0 { cells.combine(group: number, item: items.base + place + 1, mask: mask, sign: sign) }
        if sign < 0 { books.retractions += 1 }
      }
      place += words + 1
    }
  }

  /// Removes rows whose last event is older than `limit`; what they contributed stays.
  ///
  /// Rows that hold a level or a link stay, too, because more than the past depends on them.
  func evictRows(of entity: Int, before limit: Int64) {
    let table = tables + entity
    var isKept = [Bool](repeating: false, count: table.pointee.count)
    let levels = entities[entity].groups
    for number in 0..<table.pointee.count {
      if table.pointee.isRemoved(number) { continue }
      let view = table.pointee.view(number)
      isKept[number] = links.standing(entity, table, number).wonLow != FieldValue.absent
      for place in 0..<levels.count where !isKept[number] {
        let group = catalogue.groupPrograms.base + Int(levels[place])
        if group.pointee.isLevel, ItemBuilder.build(group, view, into: item) { isKept[number] = true }
      }
    }
    for number in 0..<table.pointee.count where isExpired(table, number, limit, isKept[number]) {
      links.forget(links.standing(entity, table, number))
    }
    _ = table.pointee.evict { isExpired(table, $0, limit, isKept[$0]) }
  }

  private func isExpired(
    _ table: UnsafeMutablePointer<RowTable>, _ number: Int, _ limit: Int64, _ isKept: Bool
  ) -> Bool {
    // The order is a time unless the source numbers its versions; then the first time is what is known.
    let last = max(table.pointee.firstTime(number), min(table.pointee.lastOrder(number), streamTime))
    return last < limit && !isKept
  }
}
