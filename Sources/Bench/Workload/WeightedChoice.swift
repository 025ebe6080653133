/// Chooses among a few things that are not equally likely.
struct WeightedChoice {
  /// The sums of the weights up to each choice.
  private let sums: [UInt64]

  /// - Parameter weights: at least one, and not all zero.
  init(_ weights: [UInt64]) {
    var sum: UInt64 = 0
    sums = weights.map {
      sum += $0
      return sum
    }
    precondition(sum > 0, "Something can be chosen.")
  }

  /// The number of the choice.
  func next(_ random: inout SeededRandom) -> Int {
    let place = random.next(below: sums[sums.count - 1])
    var low = 0
    var high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > place { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
