import Core
import Formats

/// Reads how one target gets its value.
struct MappingRuleReader {
  private static let keys = ["from", "first", "join", "const", "separator", "map", "as", "null"]
  private static let sourceKeys = ["from", "first", "join", "const"]

  /// A rule: a source by itself, or a mapping with one of `from`, `first`, `join`, `const`.
  func rule(_ node: ConfigurationNode) -> MappingRule? {
    guard node.isMapping else {
      guard let text = node.string() else { return nil }
      return MappingSourceText.source(text, node).map { MappingRule(sources: [$0]) }
    }
    guard let members = node.members(Self.keys) else { return nil }
    let present = Self.sourceKeys.filter { members[$0] != nil }
    guard let key = present.first, let value = members[key] else {
      node.error("the rule has no source", "write one of from, first, join or const")
      return nil
    }
    guard present.count == 1 else {
      members[present[1]]?.error("a rule has one source, not both \(key) and \(present[1])", "leave one out")
      return nil
    }
    guard let sources = sources(key, value) else { return nil }
    var rule = MappingRule(sources: sources)
    if key == "join" { rule.joinSeparator = members["separator"]?.string() ?? "" }
    if key != "join" { members["separator"]?.error("only join has a separator", "leave it out") }
    if let map = members["map"] { readLookup(map, &rule) }
    if let conversion = members["as"]?.choice("conversion", of: MappingConversion.self) {
      rule.conversion = conversion
    }
    if let null = members["null"]?.choice("meaning of null", [("absent", true), ("cleared", false)]) {
      rule.isNullAbsent = null
    }
    return rule
  }

  private func sources(_ key: String, _ node: ConfigurationNode) -> [MappingSource]? {
    if key == "const" { return node.string().map { [.constant($0)] } }
    if key == "from" {
      guard let text = node.string() else { return nil }
      return MappingSourceText.source(text, node).map { [$0] }
    }
    guard let items = node.items() else { return nil }
    guard !items.isEmpty else {
      node.error("the list of sources is empty", "write \(key): [/a, /b]")
      return nil
    }
    let sources = items.compactMap { item -> MappingSource? in
      if item.isMapping {
        guard let members = item.members(["const"]) else { return nil }
        guard let constant = members["const"] else {
          item.error("expected a source", "write a pointer such as /data/amount, or { const: text }")
          return nil
        }
        return constant.string().map { .constant($0) }
      }
      return item.string().flatMap { MappingSourceText.source($0, item) }
    }
    return sources.count == items.count ? sources : nil
  }

  private func readLookup(_ node: ConfigurationNode, _ rule: inout MappingRule) {
    var lookup: [String: String] = [:]
    for entry in node.entries() ?? [] {
      guard let text = entry.value.string() else { continue }
      if entry.name == "*" {
        rule.lookupDefault = text
      } else {
        lookup[entry.name] = text
      }
    }
    rule.lookup = lookup
  }

  /// Reports a conversion that cannot give a value of the target's type, and constants that cannot become one.
  static func check(_ rule: MappingRule, type: FieldType, _ target: String, _ node: ConfigurationNode) {
    let fitting: [MappingConversion] =
      switch type {
      case .string: [.automatic, .string]
      case .decimal: [.automatic, .decimal, .micros, .cents, .millisecondsToSeconds, .minutesToSeconds]
      case .time: [.automatic, .time, .epochMillis, .epochSeconds, .date]
      case .boolean: [.automatic, .boolean]
      }
    guard !fitting.contains(rule.conversion) else {
      return MappingConstants.check(node, type: type, conversion: rule.conversion, target: target)
    }
    var place = node
    if node.isMapping, let written = node.entries()?.first(where: { $0.name == "as" })?.value {
      place = written
    }
    place.error(
      "\"\(target)\" is a \(type.rawValue), which \(rule.conversion.rawValue) does not give",
      Suggestion.forUnknown("", known: fitting.map(\.rawValue)))
  }
}
