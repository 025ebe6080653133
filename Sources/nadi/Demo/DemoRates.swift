/// Events and updates of a second, from counts that are told about once a second.
struct DemoRates {
  private(set) var events: UInt64 = 0
  private(set) var updates: UInt64 = 0
  private var last: (millis: Int64, events: UInt64, updates: UInt64)?

  /// The least time between two counts that are compared.
  private static let spanMin: Int64 = 900

  mutating func enter(_ state: DemoState, now: Int64) {
    guard let status = state.status else { return }
    let (read, updated) = (status.books.read, status.updateCount)
    guard let last else {
      self.last = (now, read, updated)
      return
    }
    let span = now - last.millis
    guard span >= Self.spanMin else { return }
    events = (read - min(read, last.events)) * 1_000 / UInt64(span)
    updates = (updated - min(updated, last.updates)) * 1_000 / UInt64(span)
    self.last = (now, read, updated)
  }
}
