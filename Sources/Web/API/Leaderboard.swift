import Core

/// The cells of one metric, scope and window in the order of their values.
struct Leaderboard {
  /// Which end comes first.
  enum Order: String, CaseIterable {
    /// As the metric's direction says.
    case best
    case ascending, descending
  }

  let metric: String
  let scope: String
  let grain: String
  /// RFC 3339; empty for all time, and when nothing was found.
  let start: String
  let currency: String
  /// Equal values share a rank, and the next one counts them all.
  let places: [(rank: Int, cell: ViewCell)]
  /// Cells with a value, shown or not.
  let total: Int

  /// - Parameters:
  ///   - cells: those of the metric, scope and kind of window, newest window first.
  ///   - start: the window; nil takes the newest that has values.
  ///   - currency: nil takes the one in which most cells have values.
  init(
    _ cells: [ViewCell], metric: String, scope: String, grain: String, start: String?, currency: String?,
    isDescending: Bool, limit: Int
  ) {
    (self.metric, self.scope, self.grain) = (metric, scope, grain)
    let valued = cells.filter { !$0.number.isNull }
    let window = start ?? valued.first?.start ?? ""
    let inWindow = valued.filter { $0.start == window }
    let amounts = Dictionary(grouping: inWindow, by: \.currency).mapValues(\.count)
    let usual = amounts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
    self.start = window
    self.currency = currency ?? usual
    let chosen = self.currency
    let sorted = inWindow.filter { $0.currency == chosen }.sorted { left, right in
      if left.number.millionths != right.number.millionths {
        return (left.number.millionths > right.number.millionths) == isDescending
      }
      return left.scopeId < right.scopeId
    }
    total = sorted.count
    var places: [(rank: Int, cell: ViewCell)] = []
    for (place, cell) in sorted.prefix(limit).enumerated() {
      let isEqual = place > 0 && sorted[place - 1].number == cell.number
      places.append((isEqual ? places[place - 1].rank : place + 1, cell))
    }
    self.places = places
  }

  /// The document, with each update as it was published.
  var json: [UInt8] {
    var bytes: [UInt8] = Array(
      ("{\"metric\":\(JSONText.quoted(metric)),\"scope\":\(JSONText.quoted(scope))"
        + ",\"window\":\(JSONText.quoted(grain))"
        + ",\"start\":\(start.isEmpty ? "null" : JSONText.quoted(start))"
        + ",\"currency\":\(currency.isEmpty ? "null" : JSONText.quoted(currency))"
        + ",\"total\":\(total),\"places\":[")
        .utf8)
    for (place, entry) in places.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += Array("{\"rank\":\(entry.rank),\"update\":".utf8)
      bytes += entry.cell.value
      bytes.append(UInt8(ascii: "}"))
    }
    bytes += Array("]}".utf8)
    return bytes
  }
}
