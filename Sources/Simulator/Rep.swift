/// A sales representative.
struct Rep: Sendable {
  let name: String
  let team: Int
  let region: Int
  /// The mean gap between this rep's acts, relative to the settings; less is more energetic.
  let gapFactor: Double
  /// Added to the probability of winning.
  let skill: Double
  /// Pseudonym in surveys.
  let respondent: String
  let hireDay: Int64
  /// Places of this rep's open opportunities.
  var openDeals: [Int] = []
}
