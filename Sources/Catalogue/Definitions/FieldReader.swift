import Core

/// Reads what names fields of one entity: fields, points in time, filters.
struct FieldReader {
  let entity: EntityDefinition

  /// The name under which the time of the event itself goes.
  private static let eventTime = "occurredAt"

  /// A field of one of the types; reports unknown names and other types.
  func field(_ node: ConfigurationNode, types: [FieldType] = FieldType.allCases) -> FieldDefinition? {
    guard let name = node.nonEmptyString() else { return nil }
    return field(name, node, types: types)
  }

  private func field(
    _ name: String, _ node: ConfigurationNode, types: [FieldType] = FieldType.allCases
  ) -> FieldDefinition? {
    let fitting = entity.fields.filter { types.contains($0.type) }.map(\.name)
    guard let field = entity.fields.first(where: { $0.name == name }) else {
      node.unknown("field of \(entity.name)", name, known: fitting)
      return nil
    }
    guard types.contains(field.type) else {
      let wanted = types.map(\.rawValue).joined(separator: " or ")
      node.error(
        "the field \"\(name)\" of \(entity.name) is a \(field.type.rawValue), not a \(wanted)",
        Suggestion.forUnknown("", known: fitting))
      return nil
    }
    return field
  }

  // MARK: - Time

  /// A point in time: a name, `{ since: field }`, or a list of them of which the first present one counts.
  func time(_ node: ConfigurationNode) -> [TimeSourceDefinition]? {
    guard !node.isMapping else { return timeSource(node).map { [$0] } }
    guard let items = node.items() else { return nil }
    guard !items.isEmpty else {
      node.error("the list of times is empty", "write time: \(Self.eventTime), or time: none for a level")
      return nil
    }
    let sources = items.compactMap { timeSource($0) }
    return sources.count == items.count ? sources : nil
  }

  private func timeSource(_ node: ConfigurationNode) -> TimeSourceDefinition? {
    if node.isMapping {
      guard let members = node.members(["since"]) else { return nil }
      guard let since = members["since"] else {
        node.error("expected a time", "write the name of a time field, or { since: status }")
        return nil
      }
      guard entity.derivation == .input else {
        since.error("rows of \(entity.name) are derived and do not say since when", timeAdvice)
        return nil
      }
      return field(since).map { .since($0.name) }
    }
    guard let name = node.nonEmptyString() else { return nil }
    if name == Self.eventTime, !entity.fields.contains(where: { $0.name == name }) {
      guard entity.derivation == .input else {
        node.error("rows of \(entity.name) are derived and have no \(name)", timeAdvice)
        return nil
      }
      return .first
    }
    let fitting = entity.fields.filter { $0.type == .time }.map(\.name)
    guard entity.fields.contains(where: { $0.name == name }) else {
      let own = entity.derivation == .input ? [Self.eventTime] : []
      node.unknown("time of \(entity.name)", name, known: fitting + own)
      return nil
    }
    return field(name, node, types: [.time]).map { .field($0.name) }
  }

  private var timeAdvice: String? {
    Suggestion.forUnknown("", known: entity.fields.filter { $0.type == .time }.map(\.name))
  }

  /// `{ from: time, to: time }`.
  func elapsed(_ node: ConfigurationNode) -> ValueDefinition? {
    guard let members = node.members(["from", "to"]) else { return nil }
    guard let from = members["from"], let to = members["to"] else {
      node.error("a length of time goes from one time to another", "write { from: createdAt, to: closedAt }")
      return nil
    }
    let start = time(from)
    let end = time(to)
    guard let start, let end else { return nil }
    return .elapsedMillis(from: start, to: end)
  }

  // MARK: - Filters

  /// A filter: a mapping from fields to what they must be.
  func filter(_ node: ConfigurationNode) -> [PredicateDefinition]? {
    guard let entries = node.entries() else { return nil }
    var predicates: [PredicateDefinition] = []
    for entry in entries {
      guard let field = field(entry.name, entry.key), let test = test(entry.value, field) else { continue }
      predicates.append(PredicateDefinition(field.name, test))
    }
    return predicates.count == entries.count ? predicates : nil
  }

  private func test(_ node: ConfigurationNode, _ field: FieldDefinition) -> PredicateDefinition.Test? {
    if node.isNull { return .absent }
    if node.isMapping { return structuredTest(node, field) }
    guard let items = node.items() else { return nil }
    let hasAbsent = items.contains { $0.isNull }
    let values = items.filter { !$0.isNull }
    guard !values.isEmpty else {
      if hasAbsent { return .absent }
      node.error(
        "the list for \"\(field.name)\" is empty, so that nothing passes", "list the values that count")
      return nil
    }
    switch field.type {
    case .string:
      guard let texts = texts(values) else { return nil }
      return hasAbsent ? .absentOrOneOf(texts) : .oneOf(texts)
    case .boolean:
      let flags = values.compactMap { $0.boolean() }
      guard flags.count == values.count else { return nil }
      return booleanTest(Set(flags), hasAbsent: hasAbsent, node)
    case .decimal:
      guard values.count == 1, !hasAbsent else {
        node.error("a number is compared with bounds, not with a list", "write { min: 1, max: 10 }")
        return nil
      }
      return values[0].decimal().map { .between($0, $0) }
    case .time:
      node.error(
        "\"\(field.name)\" is a time and can only be present or absent", "write { exists: true } or null")
      return nil
    }
  }

  private func texts(_ nodes: [ConfigurationNode]) -> [String]? {
    let texts = nodes.compactMap { $0.string() }
    return texts.count == nodes.count ? texts : nil
  }

  private func booleanTest(
    _ flags: Set<Bool>, hasAbsent: Bool, _ node: ConfigurationNode
  ) -> PredicateDefinition.Test? {
    switch (flags.contains(true), flags.contains(false), hasAbsent) {
    case (true, false, false): return .isTrue
    case (false, true, true): return .isNotTrue
    case (true, false, true): return .absentOrOneOf(["true"])
    case (false, true, false): return .oneOf(["false"])
    case (_, _, false): return .present
    case (_, _, true):
      node.error("true, false and null let everything pass", "leave the condition out")
      return nil
    }
  }

  private func structuredTest(
    _ node: ConfigurationNode, _ field: FieldDefinition
  ) -> PredicateDefinition.Test? {
    guard let members = node.members(["exists", "not", "min", "max"]) else { return nil }
    let bounds = ["min", "max"].filter { members[$0] != nil }
    if let exists = members["exists"], members.count == 1 {
      return exists.boolean().map { $0 ? .present : .absent }
    }
    if let not = members["not"], members.count == 1 {
      guard field.type == .string else {
        not.error("\"\(field.name)\" is a \(field.type.rawValue), and only texts can be excluded")
        return nil
      }
      return not.items().flatMap { texts($0) }.map { .noneOf($0) }
    }
    guard !bounds.isEmpty, bounds.count == members.count else {
      node.error(
        "a condition is one of exists, not, or min and max",
        "write { exists: true }, { not: [a, b] } or { min: 1 }")
      return nil
    }
    guard field.type == .decimal else {
      node.error("\"\(field.name)\" is a \(field.type.rawValue), and only numbers have bounds")
      return nil
    }
    let lowest = members["min"].map { $0.decimal() }
    let highest = members["max"].map { $0.decimal() }
    if case .some(.none) = lowest { return nil }
    if case .some(.none) = highest { return nil }
    let (least, greatest) = (lowest ?? nil, highest ?? nil)
    if let least, let greatest, least > greatest {
      members["max"]?.error("the greatest \(greatest) is below the least \(least)", "swap min and max")
      return nil
    }
    return .between(least, greatest)
  }
}
