@testable import Core

/// One row as the full list of its writes, from which everything is found anew.
struct NaiveRow {
  struct Write {
    let order: Int64
    let time: Int64
    let field: String
    /// nil clears the field.
    let value: SampleValue?
  }

  private(set) var writes: [Write] = []
  private var removals: [(order: Int64, isRemoved: Bool)] = []
  private(set) var firstTime = Int64.max
  private(set) var firstOrder = Int64.max

  mutating func take(_ event: SampleEvent) {
    let order = event.order ?? event.time
    firstTime = min(firstTime, event.time)
    firstOrder = min(firstOrder, order)
    switch event.operation {
    case .delete, .merge: removals.append((order, true))
    case .restore, .snapshot: removals.append((order, false))
    case .upsert, .refetch: break
    }
    for (field, value) in event.fields {
      write(field, value == .cleared ? nil : value, time: event.time, order: order)
    }
    if let actor = event.actorId { write("$actor", .text(actor), time: event.time, order: order) }
  }

  mutating func write(_ field: String, _ value: SampleValue?, time: Int64, order: Int64) {
    writes.append(Write(order: order, time: time, field: field, value: value))
  }

  /// Later orders, and of equal ones later arrivals, last.
  private func history(_ field: String) -> [Write] {
    writes.enumerated().filter { $0.element.field == field }
      .sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }.map(\.element)
  }

  var isRemoved: Bool {
    removals.enumerated().max { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }?
      .element.isRemoved ?? false
  }

  func value(_ field: String) -> SampleValue? { history(field).last?.value }

  func value(_ field: String, asOf order: Int64) -> SampleValue? {
    let history = history(field)
    return (history.last { $0.order <= order } ?? history.first)?.value
  }

  func since(_ field: String) -> (time: Int64, order: Int64)? {
    let history = history(field)
    guard let last = history.last, last.value != nil else { return nil }
    var begin = last
    for write in history.reversed() {
      if write.value != last.value { break }
      begin = write
    }
    return (begin.time, begin.order)
  }

  func number(_ field: String) -> Int64? {
    if case .number(let number) = value(field) { number } else { nil }
  }

  func text(_ field: String) -> String? {
    if case .text(let text) = value(field) { text } else { nil }
  }
}
