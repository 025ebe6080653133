/// A company being sold to.
struct Account: Sendable {
  var number: Int64
  var industry: Int
  var hasWon: Bool
}
