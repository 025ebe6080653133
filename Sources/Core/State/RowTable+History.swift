/// The history of tracked fields.
extension RowTable {
  /// Takes a write of a tracked field into the history of a row that has details.
  mutating func recordRun(
    _ details: UnsafeMutablePointer<Details>, field: Int32, value: Int64, time: Int64, order: Int64
  ) {
    var before = -1
    var after = -1
    var next = Int(details.pointee.history)
    while next != 0 {
      let run = next - 1
      if runs[run].field == field {
        if runs[run].order <= order {
          before = run
        } else {
          after = run
          break
        }
      }
      next = Int(runs[run].next)
    }
    if before >= 0, runs[before].value == value {
      if order >= runs[before].lastOrder {
        runs.base[before].lastOrder = order
        runs.base[before].lastTime = time
      }
      return
    }
    if before >= 0, runs[before].order == order {
      // Two writes of one order: the later arrival counts.
      splitTail(of: before, behind: order)
      runs.base[before].value = value
      runs.base[before].lastOrder = order
      runs.base[before].time = time
      runs.base[before].lastTime = time
      return
    }
    if before >= 0, runs[before].lastOrder >= order {
      splitTail(of: before, behind: order)
      runs.base[before].lastOrder = runs[before].order
      runs.base[before].lastTime = runs[before].time
    } else if after >= 0, runs[after].value == value {
      runs.base[after].order = order
      runs.base[after].time = time
      return
    }
    insertRun(
      Run(
        order: order, lastOrder: order, time: time, lastTime: time, value: value, field: field, next: 0),
      behind: before, of: details)
  }

  /// Gives the part of a run that was written after `order` a run of its own.
  private mutating func splitTail(of run: Int, behind order: Int64) {
    let whole = runs[run]
    guard whole.lastOrder > order else { return }
    let tail = takeRun(
      Run(
        order: whole.lastOrder, lastOrder: whole.lastOrder, time: whole.lastTime,
        lastTime: whole.lastTime, value: whole.value, field: whole.field, next: whole.next))
    runs.base[run].next = UInt32(tail + 1)
  }

  private mutating func insertRun(_ run: Run, behind before: Int, of details: UnsafeMutablePointer<Details>) {
    var run = run
    if before >= 0 {
      run.next = runs[before].next
      let created = takeRun(run)
      runs.base[before].next = UInt32(created + 1)
    } else {
      run.next = details.pointee.history
      let created = takeRun(run)
      details.pointee.history = UInt32(created + 1)
    }
  }

  mutating func takeRun(_ run: Run) -> Int {
    guard freeRun != 0 else {
      runs.append(run)
      return runs.count - 1
    }
    let taken = Int(freeRun) - 1
    freeRun = runs[taken].next
    runs[taken] = run
    return taken
  }

  /// Gives back the runs of a row.
  mutating func freeRuns(of details: UnsafeMutablePointer<Details>) {
    var next = details.pointee.history
    while next != 0 {
      let run = Int(next) - 1
      next = runs[run].next
      runs.base[run].next = freeRun
      freeRun = UInt32(run + 1)
    }
  }
}
