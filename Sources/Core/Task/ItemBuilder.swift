/// Computes what one row contributes to one group.
///
/// An item is: time, the hashes of the group's dimensions, then one word for each measure (`FieldValue.absent` when
/// the row does not count for it).
enum ItemBuilder {
  /// Fills `item` and returns whether the row contributes anything.
  @inline(__always)
  static func build(_ group: UnsafePointer<GroupProgram>, _ view: RowView, into item: UnsafeMutablePointer<Int64>) -> Bool {
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
      let value = measured(group.pointee.measures.base + number, view)
      item[Int(group.pointee.measures.base[number].itemWord)] = value
      if value != FieldValue.absent { contributes = true }
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
  private static func measured(_ measure: UnsafePointer<MeasureProgram>, _ view: RowView) -> Int64 {
    for number in 0..<measure.pointee.filter.count {
      let predicate = measure.pointee.filter.base + number
      if !predicate.pointee.accepts(view.values[Int(predicate.pointee.field)]) { return FieldValue.absent }
    }
    switch measure.pointee.value {
    case .one:
      return 1
    case .field:
      let value = view.values[Int(measure.pointee.field)]
      return measure.pointee.aggregate == .quantile ? QuantileBucket.rounded(value) : value
    case .elapsed:
      guard let from = view.time(measure.pointee.from), let to = view.time(measure.pointee.to),
        to.time >= from.time
      else { return FieldValue.absent }
      let millis = to.time - from.time
      return measure.pointee.aggregate == .quantile ? QuantileBucket.days(millis) : millis
    }
  }
}

/// The values that quantiles are taken over: rounded to four significant decimal digits, so that a cell keeps at
/// most 9,000 different values for each power of ten and a quantile is off by at most 0.05 %.
enum QuantileBucket {
  /// Rounds millionths.
  static func rounded(_ value: Int64) -> Int64 {
    if value == FieldValue.absent { return value }
    var step: UInt64 = 1
    while value.magnitude / step >= 10_000 { step *= 10 }
    let rounded = Int64((value.magnitude + step / 2) / step * step)
    return value < 0 ? -rounded : rounded
  }

  /// A length of time as millionths of a day, so that whole days stay exact.
  static func days(_ millis: Int64) -> Int64 {
    let (wide, overflow) = millis.multipliedReportingOverflow(by: 10)
    return overflow ? rounded(millis / 864 * 10) : rounded((wide + 432) / 864)
  }

  /// Millis in one millionth of a day, as a fraction: 864 / 10.
  static let millisNumerator: Int128 = 864
  static let millisDenominator: Int128 = 10
}
