import ArgumentParser
import Service

/// What a demonstration ends with: every metric, the leaderboard, and whether anything is missing.
struct DemoSummary {
  let state: DemoState
  let view: DemoView
  /// Where simulated time began, in milliseconds since 1970.
  let start: Int64

  /// - Throws: exit code 1 when a family of metrics has no value.
  func print(to display: DemoDisplay) throws {
    var lines = [DemoLine(), DemoView.metricHeading] + DemoView.families(state.table)
    lines += [DemoLine()] + DemoView.leaderboard(state.table) + [DemoLine()] + DemoView.winRates(state.table)
    try display.write(lines + [DemoLine()] + totals)
    let empty = DemoFamily.all.filter { $0.metrics.allSatisfy(state.table.isEmpty) }.map(\.title)
    guard empty.isEmpty else {
      let text = "demo failed: no value of \(empty.joined(separator: ", ")); give it more --seconds"
      StandardStream.say(text)
      throw ExitCode(1)
    }
  }

  private var totals: [DemoLine] {
    let status = state.status
    let missing = DemoFamily.all.flatMap(\.metrics).filter(state.table.isEmpty)
    let period = "\(view.time(start)) to \(view.time(state.simulatedTime)) \(view.zone.name)"
    let published = NumberText.grouped(status?.updateCount ?? 0)
    return [
      DemoLine("simulated  \(period)"),
      DemoLine("events     \(NumberText.grouped(status?.books.read ?? 0)) read: \(DemoView.books(state))"),
      DemoLine(
        "published  \(published) updates in \(NumberText.grouped(status?.commitCount ?? 0)) transactions, "
          + "\(NumberText.grouped(status?.deadLetterCount ?? 0)) dead letters, "
          + "\(NumberText.grouped(status?.lateCount ?? 0)) late events"),
      DemoLine(
        "state      \(NumberText.grouped(status?.cellCount ?? 0)) cells, "
          + "\(NumberText.grouped(status?.rowCount ?? 0)) rows, "
          + "\(NumberText.grouped(status?.snapshotCount ?? 0)) snapshots"),
      missing.isEmpty
        ? DemoLine("all \(DemoFamily.all.flatMap(\.metrics).count) metrics have a value")
        : DemoLine("no value yet: \(missing.joined(separator: ", "))", .warning),
    ]
  }
}
