import Foundation

/// What one run of a job took.
struct BenchFigures {
  var nanosPerEvent: Double
  var updates: Int
  var nanosPerUpdate: Double

  /// The median of each figure by itself.
  static func median(_ runs: [BenchFigures]) -> BenchFigures {
    func middle(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    return BenchFigures(
      nanosPerEvent: middle(runs.map(\.nanosPerEvent)), updates: Int(middle(runs.map { Double($0.updates) })),
      nanosPerUpdate: middle(runs.map(\.nanosPerUpdate)))
  }

  /// One line for programs.
  func json(_ job: BenchJob, events: Int, rounds: Int) -> String {
    "{\"bench\":\"windows\",\"job\":\"\(job.name)\",\"windows\":\(job.windows.count),\"events\":\(events),"
      + "\"rounds\":\(rounds),\"nsPerEvent\":\(String(format: "%.1f", nanosPerEvent)),\"updates\":\(updates),"
      + "\"nsPerUpdate\":\(String(format: "%.1f", nanosPerUpdate))}"
  }
}
