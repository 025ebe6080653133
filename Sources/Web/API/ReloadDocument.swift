import Catalogue
import Hummingbird
import Service

/// What became of a wish to read the configuration again.
struct ReloadDocument: Encodable {
  enum Outcome: String, Encodable {
    case taken, refused, waiting
  }

  struct Setting: Encodable {
    var path: String
    var isReloadable: Bool
  }

  struct Metric: Encodable {
    var metric: String
    var kind: String
    var differences: [String]
    var continuing: [String]
    var beginning: [String]
    var ending: [String]
  }

  struct Plan: Encodable {
    var summary: String
    var settings: [Setting]
    /// Those that are not unchanged.
    var metrics: [Metric]

    init(_ plan: ConfigurationPlan) {
      summary = plan.summary
      settings = plan.settings.map { Setting(path: $0.path, isReloadable: $0.isReloadable) }
      metrics = plan.metrics.filter { $0.kind != .unchanged }.map {
        Metric(
          metric: $0.metric, kind: $0.kind.rawValue, differences: $0.differences, continuing: $0.continuing,
          beginning: $0.beginning, ending: $0.ending)
      }
    }
  }

  var outcome: Outcome
  /// Why it is not in use; left out when it is.
  var reason: String?
  /// What it changes; left out when that is not known.
  var plan: Plan?

  /// - Parameter outcome: nil when nothing was done about the wish yet.
  init(_ outcome: ReloadOutcome?) {
    guard let outcome else {
      self.outcome = .waiting
      reason = "the daemon has not come to a commit yet; it reads the file when it does"
      return
    }
    self.outcome = outcome.refusal == nil ? .taken : .refused
    reason = outcome.refusal
    plan = outcome.plan.map { Plan($0) }
  }

  var status: HTTPResponse.Status {
    switch outcome {
    case .taken: .ok
    case .refused: .unprocessableContent
    case .waiting: .accepted
    }
  }
}
