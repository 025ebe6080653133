/// What becomes of one metric when another configuration is taken.
public struct MetricChange: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case added, changed, removed, unchanged
  }

  public let metric: String
  public let kind: Kind
  /// What of its definition differs, such as `formula`; empty unless it changed.
  public let differences: [String]
  /// Numbers that go on from the state there is, as `window/scope`.
  public let continuing: [String]
  /// Numbers for which nothing was kept before: they begin with the present and say so with `completeSince`.
  public let beginning: [String]
  /// Numbers that are published no longer; what was published last stays in the output topic.
  public let ending: [String]

  public init(
    metric: String, kind: Kind, differences: [String] = [], continuing: [String] = [],
    beginning: [String] = [], ending: [String] = []
  ) {
    self.metric = metric
    self.kind = kind
    self.differences = differences
    self.continuing = continuing
    self.beginning = beginning
    self.ending = ending
  }

  /// The change as a line for an operator.
  public var text: String {
    let sign =
      switch kind {
      case .added: "+"
      case .changed: "~"
      case .removed: "-"
      case .unchanged: "="
      }
    var parts: [String] = []
    if !differences.isEmpty { parts.append("\(differences.joined(separator: ", ")) changed") }
    if !continuing.isEmpty, kind != .unchanged {
      parts.append("goes on from the state there is in \(Self.counted(continuing))")
    }
    if !beginning.isEmpty {
      parts.append("begins now, with completeSince, in \(Self.counted(beginning))")
    }
    if !ending.isEmpty {
      parts.append("is published no longer in \(Self.counted(ending)); the last updates stay in the topic")
    }
    return "\(sign) \(metric)\(parts.isEmpty ? "" : ": ")\(parts.joined(separator: "; "))"
  }

  private static let namesMax = 4

  private static func counted(_ places: [String]) -> String {
    places.count <= namesMax
      ? places.joined(separator: ", ")
      : "\(places.count) of its windows and scopes (\(places.prefix(2).joined(separator: ", ")), …)"
  }
}
