/// Computes what one row contributes to one group.
///
/// An item is: time, the hashes of the group's dimensions, then one word for each measure (`FieldValue.absent` when
/// the row does not count for it).
enum ItemBuilder {
  /// Fills `item` and returns whether the row contributes anything.
  @inline(__always)
  static func build(
    _ group: UnsafePointer<GroupProgram>, _ view: RowView, into item: UnsafeMutablePointer<Int64>
  ) -> Bool {
    var order = Int64.max
    if group.pointee.isLevel {
      item[0] = 0
    } else {
      guard let found = view.time(group.pointee.time) else { return false }
      item[0] = found.time
      order = found.order
    }
    var contributes = false
    for number in 0..<group.pointee.measures.count {
      let measure = group.pointee.measures.base + number
      let value = measured(measure, view, time: item[0])
      item[Int(measure.pointee.itemWord)] = value
      if value != FieldValue.absent, measure.pointee.value != .time { contributes = true }
    }
    guard contributes else { return false }
    let isHistoric = view.runs != nil && group.pointee.attribution != .currentOwner
    for slot in 0..<group.pointee.dimensions.count {
      let dimension = group.pointee.dimensions.base[slot]
      item[1 + slot] =
        isHistoric && dimension.isOwnership
        ? view.value(dimension.field, asOf: order) : view.values[Int(dimension.field)]
    }
    return true
  }

  @inline(__always)
  private static func measured(
    _ measure: UnsafePointer<MeasureProgram>, _ view: RowView, time: Int64
  ) -> Int64 {
    for number in 0..<measure.pointee.filter.count {
      let predicate = measure.pointee.filter.base + number
      if !predicate.pointee.accepts(view.values[Int(predicate.pointee.field)]) { return FieldValue.absent }
    }
    switch measure.pointee.value {
    case .one:
      return 1
    case .time:
      return time
    case .lateMark:
      return FieldValue.absent
    case .field:
      return view.values[Int(measure.pointee.field)]
    case .elapsed:
      guard let from = view.time(measure.pointee.from), let to = view.time(measure.pointee.to),
        to.time >= from.time
      else { return FieldValue.absent }
      return to.time &- from.time
    }
  }
}
