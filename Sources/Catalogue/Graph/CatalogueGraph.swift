import Core

/// How numbers come about, as a drawing: topics, entities, measures, metrics, and the topic they are published to.
public struct CatalogueGraph: Sendable {
  public enum Format: String, Sendable, CaseIterable {
    case dot, mermaid
  }

  enum Kind: String, Sendable {
    case topic, entity, measure, metric
  }

  struct Node: Sendable, Equatable {
    var kind: Kind
    var name: String
    var detail: String
    /// Unique in the drawing and a name in both languages.
    var identifier: String
  }

  struct Edge: Sendable, Equatable {
    var from: Int
    var to: Int
  }

  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []

  /// Draws what the metrics need; measures that no metric uses are not kept and not drawn.
  public init(_ configuration: Configuration) {
    let definition = configuration.catalogue
    let used = Set(definition.metrics.flatMap { $0.formula.measureNames + ($0.sample?.measureNames ?? []) })
    let measures = definition.measures.filter { used.contains($0.name) }
    let names = Set(measures.map(\.entity))
    let entities = definition.entities.filter { names.contains($0.name) }
    let inputs = configuration.input.topics.map { add(.topic, $0, "input") }
    let entityPlaces = entities.map { entity in
      let place = add(.entity, entity.name, entity.derivation == .input ? "" : "derived")
      for input in inputs { edges.append(Edge(from: input, to: place)) }
      return place
    }
    let measurePlaces = measures.map { measure in
      let place = add(.measure, measure.name, measure.aggregate.keyword)
      if let entity = entities.firstIndex(where: { $0.name == measure.entity }) {
        edges.append(Edge(from: entityPlaces[entity], to: place))
      }
      return place
    }
    let output = add(.topic, configuration.output.topic, "updates")
    for metric in definition.metrics {
      let place = add(.metric, metric.name, metric.unit.rawValue)
      var needed = metric.formula.measureNames
      for name in metric.sample?.measureNames ?? [] where !needed.contains(name) { needed.append(name) }
      for name in needed {
        if let measure = measures.firstIndex(where: { $0.name == name }) {
          edges.append(Edge(from: measurePlaces[measure], to: place))
        }
      }
      edges.append(Edge(from: place, to: output))
    }
  }

  private mutating func add(_ kind: Kind, _ name: String, _ detail: String) -> Int {
    nodes.append(Node(kind: kind, name: name, detail: detail, identifier: "\(kind.rawValue)\(nodes.count)"))
    return nodes.count - 1
  }

  /// The text that a program for such drawings takes.
  public func text(_ format: Format) -> String {
    switch format {
    case .dot: dot
    case .mermaid: mermaid
    }
  }

  private var dot: String {
    var lines = ["digraph nadi {", "  rankdir=LR;", "  node [fontname=\"sans-serif\"];"]
    for node in nodes {
      let label = node.detail.isEmpty ? node.name : "\(node.name)\\n\(node.detail)"
      let shape =
        switch node.kind {
        case .topic: "cylinder"
        case .entity: "component"
        case .measure: "ellipse"
        case .metric: "box"
        }
      lines.append("  \(node.identifier) [shape=\(shape), label=\"\(label)\"];")
    }
    for edge in edges { lines.append("  \(nodes[edge.from].identifier) -> \(nodes[edge.to].identifier);") }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private var mermaid: String {
    var lines = ["flowchart LR"]
    for node in nodes {
      let label = node.detail.isEmpty ? node.name : "\(node.name)<br/>\(node.detail)"
      let (open, close) =
        switch node.kind {
        case .topic: ("[(", ")]")
        case .entity: ("[[", "]]")
        case .measure: ("([", "])")
        case .metric: ("[", "]")
        }
      lines.append("  \(node.identifier)\(open)\"\(label)\"\(close)")
    }
    for edge in edges { lines.append("  \(nodes[edge.from].identifier) --> \(nodes[edge.to].identifier)") }
    return lines.joined(separator: "\n")
  }
}
