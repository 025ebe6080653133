import Core
import Foundation

/// Turns the state of a demonstration into lines.
struct DemoView {
  let zone: Zone
  /// Columns for the metrics, where the rest of the screen begins.
  static let metricColumns = 80

  // MARK: - Tables

  static var metricHeading: DemoLine {
    DemoLine(row("metric", "value", "unit", "n", "window", "state"), .dim)
  }

  /// The rows of a metric: one, or one for each stage or currency.
  static func rows(_ metric: String, _ table: DemoTable) -> [DemoLine] {
    let cells = table.shown(metric)
    guard !cells.isEmpty else { return [DemoLine(row(metric, "-", "", "", "", ""), .dim)] }
    return cells.map { cell in
      let name = cell.scope == "stage" ? "\(metric) \(cell.scopeId)" : metric
      let sample = cell.n.map { NumberText.rounded($0, decimals: 0) } ?? "-"
      return DemoLine(
        row(
          name, NumberText.value(cell), NumberText.unit(cell), sample, cell.window.label, cell.window.state))
    }
  }

  private static func row(
    _ name: String, _ value: String, _ unit: String, _ sample: String, _ window: String, _ state: String
  ) -> String {
    left(name, 32) + right(value, 14) + " " + left(unit, 8) + right(sample, 7) + " " + left(window, 10) + " "
      + left(state, 6)
  }

  /// The families one after the other, each under its title.
  static func families(_ table: DemoTable) -> [DemoLine] {
    DemoFamily.all.flatMap { family in
      [DemoLine(family.title, .heading)] + family.metrics.flatMap { rows($0, table) }
    }
  }

  static func leaderboard(_ table: DemoTable) -> [DemoLine] {
    let sellers = table.sellers(limit: 10)
    let currency = sellers.first?.currency ?? ""
    var lines = [
      DemoLine("top reps by revenue, \(table.month ?? "no month yet")", .heading),
      DemoLine(
        right("#", 2) + "  " + left("rep", 9) + left("team", 9) + right("won", 5)
          + right("revenue \(currency)", 16), .dim),
    ]
    for (rank, seller) in sellers.enumerated() {
      lines.append(
        DemoLine(
          right("\(rank + 1)", 2) + "  " + left(seller.rep, 9) + left(seller.team, 9)
            + right(NumberText.rounded(seller.dealsWon, decimals: 0), 5)
            + right(NumberText.rounded(seller.revenue, decimals: 2), 16), rank == 0 ? .bold : .normal))
    }
    return lines
  }

  static func winRates(_ table: DemoTable) -> [DemoLine] {
    [DemoLine("win rate by team, \(table.month ?? "no month yet")", .heading)]
      + table.winRates().map { cell in
        let share = Double(truncating: (cell.value ?? 0) as NSDecimalNumber)
        let bar = String(repeating: "#", count: min(18, max(0, Int((share * 18).rounded()))))
        return DemoLine(left(cell.scopeId, 9) + right(NumberText.value(cell), 6) + " %  " + bar)
      }
  }

  // MARK: - Times and texts

  /// A simulated time in the catalogue's zone, to the minute.
  func time(_ millis: Int64?) -> String {
    guard let millis, millis != .min else { return "-" }
    return String(zone.format(millis).prefix(16)).replacingOccurrences(of: "T", with: " ")
  }

  /// The account of all events read so far.
  static func books(_ state: DemoState) -> String {
    guard let books = state.status?.books else { return "nothing read yet" }
    let parts = [
      ("counted", books.counted), ("duplicate", books.duplicate), ("late", books.late),
      ("filtered", books.filtered), ("rejected", books.rejected),
    ]
    return parts.map { "\($0) \(NumberText.grouped($1))" }.joined(separator: "  ")
      + (books.isBalanced ? "  (balanced)" : "  (NOT BALANCED)")
  }

  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
