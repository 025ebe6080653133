import Service

/// How many events and updates there are in a second, from one look to the next.
struct TopRates {
  private(set) var events: UInt64 = 0
  private(set) var updates: UInt64 = 0
  private var last: (millis: Int64, events: UInt64, updates: UInt64)?

  mutating func enter(_ state: TopLook.State) {
    let now = WallClock.steadyMillis()
    defer { last = (now, state.books.read, state.updates) }
    guard let last, now > last.millis else { return }
    let millis = UInt64(now - last.millis)
    // A restarted daemon counts its updates from nothing.
    events = (state.books.read - min(state.books.read, last.events)) * 1_000 / millis
    updates = (state.updates - min(state.updates, last.updates)) * 1_000 / millis
  }
}
