/// The middle of what several runs gave.
enum Median {
  /// Of an even number of values the greater of the two in the middle; NaN of none.
  static func of(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.sorted()[values.count / 2]
  }
}
