/// What is planned, earliest first.
struct Agenda: Sendable {
  private var heap = MinimumHeap<PlannedAction>()
  private var planned: UInt64 = 0

  var nextTime: Int64? { heap.first?.time }

  mutating func plan(_ kind: PlannedAction.Kind, at time: Int64, rep: Int = 0, subject: Int64 = 0) {
    planned += 1
    heap.insert(
      PlannedAction(
        time: time, order: planned, kind: kind, rep: Int32(truncatingIfNeeded: rep), subject: subject))
  }

  mutating func removeNext() -> PlannedAction? { heap.removeFirst() }
}
