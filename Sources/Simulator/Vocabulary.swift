/// The words that events use.
enum Vocabulary {
  static let stages = ["qualification", "discovery", "proposal", "negotiation"]
  /// Probability of winning in each stage, in hundredths.
  static let probabilities: [Int64] = [10, 25, 50, 75]
  static let forecasts = ["pipeline", "pipeline", "best_case", "commit"]
  static let sources = ["web", "referral", "event", "partner", "outbound", "advertising"]
  static let products = ["starter", "standard", "enterprise", "support"]
  /// The median amount of a deal of each product, in ringgit.
  static let prices = [6_000.0, 18_000.0, 75_000.0, 9_000.0]
  static let industries = [
    "banking", "construction", "education", "healthcare", "logistics", "manufacturing", "retail", "telecom",
  ]
  static let callOutcomes = ["connected", "connected", "no_answer", "voicemail", "busy"]
  static let emailOutcomes = ["sent", "sent", "sent", "replied", "bounced"]
  static let pulseQuestions = ["workload", "support", "recognition", "growth", "tools"]
  static let regions = ["my-kl", "sg-central", "id-jakarta", "th-bangkok", "vn-saigon"]
  static let currencies = ["MYR", "SGD", "IDR", "THB", "VND"]
  /// Units of each currency to one ringgit.
  static let unitsPerRinggit = [1.0, 0.3, 3_600.0, 7.7, 5_700.0]
}
