import Core

extension CatalogueReader {
  /// What a metric's own members say.
  func readPolicies(_ members: [String: ConfigurationNode]) -> MetricPolicies {
    MetricPolicies(
      zone: members["zone"].flatMap { zone($0) }, emission: members["emit"].flatMap { emission($0) },
      late: members["late"].flatMap { late($0) }, hasZeroRows: members["zero"]?.boolean())
  }

  /// When updates are published while their window is open.
  func emission(_ node: ConfigurationNode) -> EmissionPolicy? {
    switch node.scalarText {
    case "change": return .change
    case "close": return .close
    case let text? where text.first?.isNumber ?? false:
      return node.durationMillis(in: Millis.second...(366 * Millis.day)).map { .interval(millis: $0) }
    case let text? where !node.isNull:
      node.unknown("emission", text, known: ["change", "close", "5m"])
    default:
      node.error("expected change, close or a duration, found \(node.shape)", "write emit: close or emit: 5m")
    }
    return nil
  }

  /// What becomes of late events.
  func late(_ node: ConfigurationNode) -> LatePolicy? {
    node.choice("policy", of: LatePolicy.self)
  }
}
