import Core

/// The parts of updates that depend only on the metric or the scope.
struct UpdateFragments {
  struct Metric: BitwiseCopyable {
    /// From the opening brace to `"currency":`.
    var head: EventBytes
    /// The name with its separator, for the key.
    var key: EventBytes
    /// Whether its values are amounts, written as decimal texts.
    var isMoney: Bool
    /// Whether it is kept apart for each currency; so is a ratio of amounts.
    var hasCurrency: Bool
    /// Whether its numerator and denominator can be aggregated.
    var hasParts: Bool
    /// Whether it says how many observations its value rests on.
    var hasSample: Bool
  }

  struct Scope: BitwiseCopyable {
    /// `,"scope":"team","scopeId":`
    var head: EventBytes
    /// `"team","scopeId":`, for the parent of another scope.
    var parent: EventBytes
    var key: EventBytes
    var dimensionCount: Int
    /// `,"dimensions":{"rep":`, or the whole member without dimensions.
    var firstDimension: EventBytes
    /// `,"kind":`
    var secondDimension: EventBytes
  }

  let metrics: UnsafePointer<Metric>
  let scopes: UnsafePointer<Scope>
  /// The length of the longest of each kind together.
  let longest: Int

  init(catalogue: Catalogue, memory: PlanMemory) {
    let definitions = Dictionary(
      catalogue.definition.metrics.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let additive = Set(
      catalogue.definition.measures.filter { $0.aggregate == .count || $0.aggregate == .sum }.map(\.name))
    let metrics = catalogue.metrics.map { metric in
      let direction = metric.direction.rawValue
      let definition = definitions[metric.name]
      return Metric(
        head: memory.text(
          "{\"metric\":\(Self.quoted(metric.name)),\"definition\":\(Self.quoted(metric.text))"
            + ",\"unit\":\(Self.quoted(metric.unit.rawValue)),\"direction\":\(Self.quoted(direction))"
            + ",\"currency\":"), key: memory.text(Self.keyPart(metric.name) + "|"),
        isMoney: metric.unit.isMoney,
        hasCurrency: metric.isMoney, hasParts: definition?.formula.hasAdditiveParts(additive) ?? false,
        hasSample: definition.map { $0.sample != nil || $0.formula.hasMeasuredDivisor } ?? false)
    }
    let scopes = catalogue.definition.scopes.map { scope in
      let name = Self.quoted(scope.name)
      let names = scope.dimensions.map { Self.quoted($0) }
      return Scope(
        head: memory.text(",\"scope\":\(name),\"scopeId\":"), parent: memory.text("\(name),\"scopeId\":"),
        key: memory.text(Self.keyPart(scope.name) + "|"), dimensionCount: names.count,
        firstDimension: memory.text(",\"dimensions\":{" + (names.first.map { $0 + ":" } ?? "")),
        secondDimension: memory.text(names.count > 1 ? ",\(names[1]):" : ""))
    }
    self.metrics = UnsafePointer(memory.table(metrics))
    self.scopes = UnsafePointer(memory.table(scopes))
    let metricBytes = metrics.map { $0.head.count + $0.key.count }.max() ?? 0
    let scopeBytes =
      scopes.map {
        $0.head.count + 2 * $0.parent.count + $0.key.count + $0.firstDimension.count
          + $0.secondDimension.count
      }.max() ?? 0
    longest = metricBytes + 2 * scopeBytes
  }

  /// A text as a JSON string.
  static func quoted(_ text: String) -> String {
    written(text, bytesEach: 6) { $0.write(quoted: $1) }
  }

  static func keyPart(_ text: String) -> String {
    written(text, bytesEach: 3) { $0.write(keyPart: $1) }
  }

  private static func written(
    _ text: String, bytesEach: Int, _ body: (inout ByteWriter, EventBytes) -> Void
  ) -> String {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBytes { source in
      let capacity = source.count * bytesEach + 2 + ByteWriter.slack
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { target in
        guard let base = target.baseAddress else { return "" }
        var writer = ByteWriter(base)
        body(&writer, EventBytes(start: source.baseAddress, count: source.count))
        return String(decoding: UnsafeBufferPointer(start: base, count: writer.count), as: UTF8.self)
      }
    }
  }
}
