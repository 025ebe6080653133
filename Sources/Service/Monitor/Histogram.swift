/// How often a length of time was within each of a few bounds: the figures of a Prometheus histogram.
public struct Histogram: Sendable, Equatable {
  /// Upper bounds in seconds, ascending; what is beyond the last is counted in the total only.
  public static let boundsSeconds: [Double] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
  ]

  /// By bound: observations that are not greater, but greater than the bound before.
  public private(set) var counts = [UInt64](repeating: 0, count: boundsSeconds.count)
  public private(set) var totalCount: UInt64 = 0
  public private(set) var sumSeconds = 0.0

  public init() {}

  public mutating func observe(millis: Int64) {
    let seconds = Double(max(0, millis)) / 1_000
    totalCount += 1
    sumSeconds += seconds
    if let place = Self.boundsSeconds.firstIndex(where: { seconds <= $0 }) { counts[place] += 1 }
  }
}
