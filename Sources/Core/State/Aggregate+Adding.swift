extension Aggregate {
  /// Adds the words of one measure to those of the same measure elsewhere; multisets have theirs in lists.
  @inline(__always)
  func add(_ from: UnsafeMutablePointer<UInt64>, to place: UnsafeMutablePointer<UInt64>) {
    switch self {
    case .count:
      place[0] = place[0] &+ from[0]
    case .sum:
      let (sum, carry) = place[0].addingReportingOverflow(from[0])
      place[0] = sum
      place[1] = place[1] &+ from[1] &+ (carry ? 1 : 0)
    case .distinct, .quantile, .minimum, .maximum:
      break
    }
  }
}
