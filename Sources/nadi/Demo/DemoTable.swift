import Foundation

/// The last value of every cell that the display shows.
struct DemoTable: Sendable {
  /// One seller in the order of what was won.
  struct Seller {
    var rep: String
    var team: String
    var dealsWon: Decimal
    var revenue: Decimal
    var currency: String
  }

  private var cells: [String: DemoUpdate] = [:]

  /// Enters an update; nil is a tombstone.
  mutating func apply(key: String, _ update: DemoUpdate?) { cells[key] = update }

  /// The cells of a metric worth showing: the present month, else all time, else the newest window with a value.
  ///
  /// One for the company, or one for each stage; in each currency.
  func shown(_ metric: String) -> [DemoUpdate] {
    var best: [String: DemoUpdate] = [:]
    for cell in cells.values where cell.metric == metric && cell.value != nil {
      guard cell.scope == "company" || cell.scope == "stage" else { continue }
      let place = "\(cell.scopeId)|\(cell.currency ?? "")"
      if let other = best[place], !Self.isPreferred(cell, to: other) { continue }
      best[place] = cell
    }
    return best.values.sorted { Self.order($0) < Self.order($1) }
  }

  /// Whether some metric has no cell with a value.
  func isEmpty(_ metric: String) -> Bool {
    !cells.values.contains { $0.metric == metric && $0.value != nil }
  }

  /// The label of the newest month that has numbers of reps.
  var month: String? {
    cells.values.filter { $0.scope == "rep" && $0.value != nil }
      .max { ($0.window.start ?? "") < ($1.window.start ?? "") }?.window.label
  }

  /// The reps who won most this month, greatest revenue first.
  func sellers(limit: Int) -> [Seller] {
    guard let month else { return [] }
    var deals: [String: Decimal] = [:]
    var sellers: [Seller] = []
    for cell in cells.values where cell.scope == "rep" && cell.window.label == month {
      guard let value = cell.value else { continue }
      if cell.metric == "deals_won" {
        deals[cell.scopeId] = value
      } else if value > 0 {
        sellers.append(
          Seller(
            rep: cell.scopeId, team: cell.parent?.scopeId ?? "", dealsWon: 0, revenue: value,
            currency: cell.currency ?? ""))
      }
    }
    for index in sellers.indices { sellers[index].dealsWon = deals[sellers[index].rep] ?? 0 }
    return Array(sellers.sorted { ($1.revenue, $0.rep) < ($0.revenue, $1.rep) }.prefix(limit))
  }

  /// The win rates of the teams this month, best first.
  func winRates() -> [DemoUpdate] {
    guard let month else { return [] }
    return cells.values.filter { $0.scope == "team" && $0.window.label == month && $0.value != nil }
      .sorted { ($1.value ?? 0, $0.scopeId) < ($0.value ?? 0, $1.scopeId) }
  }

  private static let grains = ["day", "week", "all", "month"]

  private static func isPreferred(_ cell: DemoUpdate, to other: DemoUpdate) -> Bool {
    // Zero says least: of the month before there may be nothing in the simulation.
    func rank(_ update: DemoUpdate) -> (Int, Int, String) {
      (
        update.value == 0 ? 0 : 1, grains.firstIndex(of: update.window.grain) ?? -1, update.window.start ?? ""
      )
    }
    return rank(cell) > rank(other)
  }

  private static let stages = ["qualification", "discovery", "proposal", "negotiation"]

  private static func order(_ cell: DemoUpdate) -> (Int, String, String) {
    (stages.firstIndex(of: cell.scopeId) ?? stages.count, cell.scopeId, cell.currency ?? "")
  }
}
