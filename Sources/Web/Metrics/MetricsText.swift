import Service

/// Writes metric families in the text format of Prometheus or of OpenMetrics.
struct MetricsText {
  enum Format: Sendable {
    /// Prometheus text 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.
    case openMetrics

    var contentType: String {
      switch self {
      case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
      case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
      }
    }
  }

  typealias Labels = [(name: String, value: String)]

  let format: Format
  private(set) var text = ""

  init(_ format: Format) { self.format = format }

  /// Begins a family; its samples follow.
  mutating func begin(_ family: MetricFamily) {
    // In OpenMetrics the name of a counter family is without the suffix that its samples have.
    let name =
      format == .openMetrics && family.kind == .counter
      ? String(family.name.dropLast("_total".count)) : family.name
    text += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind.rawValue)\n"
  }

  mutating func sample(_ name: String, _ labels: Labels, _ value: String) {
    text += name
    if !labels.isEmpty {
      text += "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
    }
    text += " " + value + "\n"
  }

  mutating func sample(_ family: MetricFamily, _ labels: Labels, _ value: some BinaryInteger) {
    sample(family.name, labels, String(value))
  }

  mutating func sample(_ family: MetricFamily, _ labels: Labels, seconds: Double) {
    sample(family.name, labels, Self.number(seconds))
  }

  mutating func histogram(_ family: MetricFamily, _ histogram: Histogram) {
    var below: UInt64 = 0
    for (bound, count) in zip(Histogram.boundsSeconds, histogram.counts) {
      below += count
      sample(family.name + "_bucket", [("le", Self.number(bound))], String(below))
    }
    sample(family.name + "_bucket", [("le", "+Inf")], String(histogram.totalCount))
    sample(family.name + "_sum", [], Self.number(histogram.sumSeconds))
    sample(family.name + "_count", [], String(histogram.totalCount))
  }

  /// Ends the document.
  mutating func end() {
    if format == .openMetrics { text += "# EOF\n" }
  }

  private static func number(_ value: Double) -> String { "\(value)" }

  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      default: String(character)
      }
    }.joined()
  }
}
