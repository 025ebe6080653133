import Catalogue

/// What was done about a wish to read the configuration again.
public struct ReloadOutcome: Sendable, Equatable {
  /// What the configuration changes; nil when it could not be read.
  public let plan: ConfigurationPlan?
  /// Why it is not taken, for an operator; nil when it is in use.
  public let refusal: String?

  public init(plan: ConfigurationPlan?, refusal: String? = nil) {
    self.plan = plan
    self.refusal = refusal
  }
}
