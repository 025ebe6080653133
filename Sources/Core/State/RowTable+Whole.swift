/// Rows as snapshots hold them.
extension RowTable {
  /// A row as a snapshot holds it, beside its values and their orders.
  struct Whole {
    var low: Int64
    var high: Int64
    var firstTime: Int64
    var firstOrder: Int64
    var lastOrder: Int64
    var removalOrder: Int64
    var isRemoved: Bool

    /// Whether all that is known dates from one time.
    var isOfOneTime: Bool {
      firstOrder == firstTime && lastOrder == firstTime && !isRemoved
        && (removalOrder == .min || removalOrder == firstTime)
    }
  }

  func whole(_ number: Int) -> Whole {
    let row = rows[number]
    let (low, high) = key(number)
    let firstTime = firstTime(number)
    guard let known = details(of: row)?.pointee else {
      return Whole(
        low: low, high: high, firstTime: firstTime, firstOrder: firstTime, lastOrder: firstTime,
        removalOrder: origin(row).isRestored ? firstTime : .min, isRemoved: false)
    }
    return Whole(
      low: low, high: high, firstTime: firstTime, firstOrder: known.firstOrder, lastOrder: known.lastOrder,
      removalOrder: known.removalOrder, isRemoved: known.isRemoved)
  }

  /// The order of the last write of a field, or the least number.
  func order(_ number: Int, field: Int) -> Int64 {
    let row = rows[number]
    if let known = details(of: row) { return orders(known)[field] }
    return isWritten(row, columns[field]) ? origin(row).time : .min
  }

  /// Adds a row with its values and their orders by field; returns its details unless it is plain, which it may only be
  /// without a history.
  mutating func add(
    _ whole: Whole, values: UnsafePointer<Int64>, orders: UnsafePointer<Int64>, hasHistory: Bool
  ) -> UnsafeMutablePointer<Details>? {
    let number = insert(whole.low, whole.high, time: whole.firstTime, order: whole.firstTime)
    let row = rows[number]
    if !hasHistory, whole.isOfOneTime, isPlain(values, orders, at: whole.firstTime) {
      for field in 0..<fieldCount where orders[field] != .min { store(values[field], row, columns[field]) }
      if whole.removalOrder != .min {
        set(Origin(time: whole.firstTime, isRestored: true), of: row)
      }
      return nil
    }
    let created = unfold(number, order: whole.firstOrder)
    created.pointee.lastOrder = whole.lastOrder
    created.pointee.removalOrder = whole.removalOrder
    created.pointee.isRemoved = whole.isRemoved
    for field in 0..<fieldCount {
      store(values[field], row, columns[field])
      self.orders(created)[field] = orders[field]
    }
    return created
  }

  /// Whether the fields are as a plain row keeps them.
  private func isPlain(
    _ values: UnsafePointer<Int64>, _ orders: UnsafePointer<Int64>, at time: Int64
  ) -> Bool {
    for field in 0..<fieldCount {
      if orders[field] == .min ? values[field] != FieldValue.absent : orders[field] != time { return false }
      if !columns[field].isNumbered, values[field] == Self.unwritten { return false }
    }
    return true
  }
}
