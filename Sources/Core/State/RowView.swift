/// What contributions are computed from: the fields of a row or of one stream event.
struct RowView: BitwiseCopyable {
  let values: UnsafePointer<Int64>
  /// The least `occurredAt` of its events.
  let firstTime: Int64
  let firstOrder: Int64
  /// The history of tracked fields, or nil for a stream event, whose fields all date from the event itself.
  let runs: UnsafePointer<RowTable.Run>?
  let history: UInt32

  func forEachRun(_ body: (RowTable.Run) -> Void) {
    guard let runs else { return }
    var next = history
    while next != 0 {
      body(runs[Int(next) - 1])
      next = runs[Int(next) - 1].next
    }
  }

  /// The first run of a field. A value without one dates from the row's first event.
  func firstRun(of field: Int32) -> RowTable.Run? {
    if let found = run(of: field, from: history) { return found }
    let value = values[Int(field)]
    if value == FieldValue.absent { return nil }
    return RowTable.Run(
      order: firstOrder, lastOrder: firstOrder, time: firstTime, lastTime: firstTime, value: value,
      field: field, next: 0)
  }

  /// The run of the same field that comes next.
  func run(after run: RowTable.Run) -> RowTable.Run? { self.run(of: run.field, from: run.next) }

  private func run(of field: Int32, from link: UInt32) -> RowTable.Run? {
    guard let runs else { return nil }
    var next = link
    while next != 0 {
      let run = runs[Int(next) - 1]
      if run.field == field { return run }
      next = run.next
    }
    return nil
  }

  /// When and in which order a field took its present value; nil when it has none.
  @inline(__always)
  func since(_ field: Int32) -> (time: Int64, order: Int64)? {
    if values[Int(field)] == FieldValue.absent { return nil }
    guard let runs else { return (firstTime, firstOrder) }
    var found: (time: Int64, order: Int64)?
    var next = history
    while next != 0 {
      let run = runs[Int(next) - 1]
      if run.field == field { found = (run.time, run.order) }
      next = run.next
    }
    return found ?? (firstTime, firstOrder)
  }

  /// The value a tracked field had at `order`; when it was first written later, that first value.
  func value(_ field: Int32, asOf order: Int64) -> Int64 {
    guard let runs else { return values[Int(field)] }
    var found = values[Int(field)]
    var isFound = false
    var next = history
    while next != 0 {
      let run = runs[Int(next) - 1]
      if run.field == field {
        if !isFound {
          found = run.value
          isFound = true
        } else if run.order <= order {
          found = run.value
        } else {
          break
        }
      }
      next = run.next
    }
    return found
  }

  /// The first present source of a time attribute, with the order of the write that set it.
  @inline(__always)
  func time(_ sources: ProgramList<TimeSource>) -> (time: Int64, order: Int64)? {
    for position in 0..<sources.count {
      let source = sources[position]
      switch source.kind {
      case .first:
        return (firstTime, firstOrder)
      case .since:
        if let found = since(source.field) { return found }
      case .field:
        let value = values[Int(source.field)]
        if value != FieldValue.absent {
          return (value, runs == nil ? firstOrder : since(source.field)?.order ?? firstOrder)
        }
      }
    }
    return nil
  }
}
