@testable import Core

/// All numbers of the sample catalogue, recomputed from plain lists of events.
struct NaiveModel {
  /// What a measure holds in one cell.
  struct Place: Hashable {
    var measure: String
    var scope: String
    var first: String
    var second: String
    var currency: String
    var window: String
    var start: Int64
  }

  let calendar: NaiveCalendar
  let windows: [String]
  let graceMillis: Int64
  private(set) var cells: [Place: [SampleValue]] = [:]
  private(set) var books = Books()
  private var seen: [Set<String>]
  private var streamTimes: [Int64]
  private var rows: [[String: (entity: String, row: NaiveRow)]]

  init(calendar: NaiveCalendar, windows: [String], graceMillis: Int64, partitions: Int) {
    self.calendar = calendar
    self.windows = windows
    self.graceMillis = graceMillis
    seen = Array(repeating: [], count: partitions)
    streamTimes = Array(repeating: .min, count: partitions)
    rows = Array(repeating: [:], count: partitions)
  }

  /// Adds one event; the rows' numbers are added by `finish`.
  mutating func take(_ event: SampleEvent, _ partition: Int) {
    books.read += 1
    if let id = event.id, !seen[partition].insert(id).inserted {
      books.duplicate += 1
      return
    }
    streamTimes[partition] = max(streamTimes[partition], event.time)
    if let id = event.entityId {
      rows[partition]["\(event.entity)/\(id)", default: (event.entity, NaiveRow())].row.take(event)
      books.counted += 1
      return
    }
    var row = NaiveRow()
    row.take(event)
    var isLate = false
    let (now, grace) = (streamTimes[partition], graceMillis)
    for item in NaiveItem.all(of: event.entity, row, isStream: true) {
      add(item) {
        $0 == .max || $0 + grace > now
      } refused: {
        isLate = true
      }
    }
    if isLate { books.late += 1 } else { books.counted += 1 }
  }

  mutating func finish() {
    for part in rows {
      for (entity, row) in part.values where !row.isRemoved {
        for item in NaiveItem.all(of: entity, row, isStream: false) {
          add(item) { _ in
            true
          } refused: {
          }
        }
      }
    }
  }

  private mutating func add(_ item: NaiveItem, accepts: (Int64) -> Bool, refused: () -> Void) {
    for window in windows where item.time != nil || window == "all" {
      let bounds = calendar.bounds(window, item.time ?? 0)
      guard accepts(bounds.end) else {
        refused()
        continue
      }
      for (scope, ids) in item.scopes {
        let place = Place(
          measure: item.measure, scope: scope, first: ids.first ?? "", second: ids.count > 1 ? ids[1] : "",
          currency: item.currency ?? "", window: window, start: bounds.start)
        cells[place, default: []].append(item.value)
      }
    }
  }

  func values(_ measure: String, _ key: NumberKey, currency: String = "", start: Int64? = nil)
    -> [SampleValue]
  {
    cells[
      Place(
        measure: measure, scope: key.scope, first: key.first, second: key.second, currency: currency,
        window: key.window, start: start ?? key.start)] ?? []
  }

  func count(_ measure: String, _ key: NumberKey) -> Int128 { Int128(values(measure, key).count) }

  func sum(_ measure: String, _ key: NumberKey, currency: String = "", start: Int64? = nil) -> Int128 {
    numbers(values(measure, key, currency: currency, start: start)).reduce(0) { $0 + Int128($1) }
  }

  func numbers(_ values: [SampleValue]) -> [Int64] {
    values.compactMap { if case .number(let number) = $0 { number } else { nil } }.sorted()
  }
}
