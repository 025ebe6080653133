import Core
import Formats

/// Reads the section `mappings`.
struct MappingReader {
  let entities: [EntityDefinition]
  let inputTopics: [String]

  private static let maximumMappings = 256
  private static let envelopeKeys = [
    "id", "entity", "op", "entityId", "mergedInto", "occurredAt", "version", "actorId",
  ]
  private static let operations = ["upsert", "delete", "restore", "merge", "snapshot", "refetch"]

  func read(_ node: ConfigurationNode) -> [MappingDefinition] {
    var mappings: [MappingDefinition] = []
    let items = node.items() ?? []
    if items.count > Self.maximumMappings {
      node.error("\(items.count) mappings are too many", "keep at most \(Self.maximumMappings)")
    }
    for item in items.prefix(Self.maximumMappings) {
      guard let mapping = mapping(item) else { continue }
      if mappings.contains(where: { $0.name == mapping.name }) {
        item.error("the mapping \"\(mapping.name)\" is declared twice", "give it another name")
      }
      mappings.append(mapping)
    }
    return mappings
  }

  private func mapping(_ node: ConfigurationNode) -> MappingDefinition? {
    guard let members = node.members(["name", "topics", "when", "event", "data"]) else { return nil }
    var mapping = MappingDefinition(name: "", envelope: [:], data: [:])
    if let name = members["name"] {
      mapping.name = name.nonEmptyString() ?? ""
    } else {
      node.error("the mapping has no name", "write name: and a word to find it by in messages")
    }
    let topics = members["topics"]?.items() ?? []
    if let node = members["topics"], node.isList, topics.isEmpty {
      node.error("the list of topics is empty", "leave topics out to map all input topics")
    }
    for topic in topics {
      guard let name = topic.nonEmptyString() else { continue }
      if !inputTopics.isEmpty, !inputTopics.contains(name) {
        topic.error("\"\(name)\" is no input topic", Suggestion.forUnknown(name, known: inputTopics))
      }
      mapping.topics.append(name)
    }
    if let conditions = members["when"] { mapping.conditions = self.conditions(conditions) }
    let rules = MappingRuleReader()
    if let event = members["event"] {
      for (key, value) in event.members(Self.envelopeKeys) ?? [:] {
        mapping.envelope[key] = rules.rule(value)
      }
      checkEnvelope(mapping, event, members)
    } else {
      node.error(
        "the mapping has no event", "write event: { entity: { const: activity }, occurredAt: /time }")
    }
    if let data = members["data"] {
      readData(data, rules, &mapping)
    }
    checkRequired(mapping, node)
    return mapping
  }

  // MARK: - Conditions

  private func conditions(_ node: ConfigurationNode) -> [MappingCondition] {
    var conditions: [MappingCondition] = []
    for entry in node.entries() ?? [] {
      guard let source = MappingSourceText.source(entry.name, entry.key), let test = test(entry.value) else {
        continue
      }
      conditions.append(MappingCondition(source: source, test: test))
    }
    return conditions
  }

  private func test(_ node: ConfigurationNode) -> MappingCondition.Test? {
    if node.isMapping {
      guard let members = node.members(["exists", "prefix"]) else { return nil }
      switch (members["exists"], members["prefix"]) {
      case (let exists?, nil): return exists.boolean().map { $0 ? .exists : .absent }
      case (nil, let prefix?): return prefix.nonEmptyString().map { .hasPrefix($0) }
      case (nil, nil), (_?, _?):
        node.error("a condition is one of exists and prefix", "write { exists: true } or { prefix: call. }")
        return nil
      }
    }
    if node.isNull { return .absent }
    guard let items = node.items() else { return nil }
    let texts = items.compactMap { $0.string() }
    guard texts.count == items.count, !texts.isEmpty else {
      if items.isEmpty {
        node.error("the list is empty, so that nothing passes", "list the values that count")
      }
      return nil
    }
    return .equalsOneOf(texts)
  }

  // MARK: - Checks

  /// The entities that the mapping can produce, as far as that can be known.
  private func possibleEntities(_ mapping: MappingDefinition) -> [EntityDefinition] {
    let input = entities.filter { $0.derivation == .input }
    guard let rule = mapping.envelope["entity"] else { return input }
    var names: [String]?
    if let lookup = rule.lookup { names = Array(lookup.values) + (rule.lookupDefault.map { [$0] } ?? []) }
    if rule.lookup == nil, case .constant(let name)? = rule.sources.first, rule.sources.count == 1 {
      names = [name]
    }
    guard let names else { return input }
    return input.filter { names.contains($0.name) }
  }

  private func checkEnvelope(
    _ mapping: MappingDefinition, _ event: ConfigurationNode, _ members: [String: ConfigurationNode]
  ) {
    let nodes = event.isMapping ? (event.entries() ?? []).filter { !$0.value.isNull } : []
    func place(_ key: String) -> ConfigurationNode { nodes.first { $0.name == key }?.value ?? event }
    let written = Set(nodes.map(\.name))
    if !written.contains("entity") {
      event.error("the event has no entity", "write entity: { const: activity }")
    }
    if !written.contains("occurredAt") {
      event.error("the event has no occurredAt", "write occurredAt: { from: /time, as: time }")
    }
    checkWords(
      mapping.envelope["entity"], "entity", entities.filter { $0.derivation == .input }.map(\.name),
      place("entity"))
    checkWords(mapping.envelope["op"], "op", Self.operations, place("op"))
    for (key, rule) in mapping.envelope {
      let isTime = key == "occurredAt"
      MappingRuleReader.check(rule, type: isTime ? .time : .string, key, place(key))
      if key == "version" { MappingConstants.checkVersion(place(key)) }
    }
    if mapping.envelope["id"] == nil, !written.contains("id"), !written.contains("entityId") {
      event.warn(
        "without an id, repeated events of a stream count twice", "write id: and where the event's id is")
    }
    let possible = possibleEntities(mapping)
    if !written.contains("entityId"), possible.count == 1, possible[0].keying == .required {
      event.error("\(possible[0].name) needs an entityId", "write entityId: and where the id of the row is")
    }
  }

  /// The texts that a rule can yield when they are all written in it.
  private static func words(_ rule: MappingRule) -> [String]? {
    if let lookup = rule.lookup { return lookup.values.sorted() + (rule.lookupDefault.map { [$0] } ?? []) }
    let constants = rule.sources.compactMap { source -> String? in
      if case .constant(let text) = source { return text }
      return nil
    }
    return constants.count == rule.sources.count && rule.joinSeparator == nil ? constants : nil
  }

  private func checkWords(_ rule: MappingRule?, _ kind: String, _ known: [String], _ node: ConfigurationNode)
  {
    for word in Set(rule.flatMap(Self.words) ?? []).sorted() where !known.contains(word) {
      node.unknown(kind, word, known: known)
    }
  }

  private func readData(
    _ node: ConfigurationNode, _ rules: MappingRuleReader, _ mapping: inout MappingDefinition
  ) {
    let possible = possibleEntities(mapping)
    // Without an entity to go by, an unknown one has been reported already.
    let holders = possible.isEmpty ? entities.filter { $0.derivation == .input } : possible
    for entry in node.entries() ?? [] {
      let types = holders.compactMap { entity in entity.fields.first { $0.name == entry.name }?.type }
      guard let type = types.first else {
        var known: [String] = []
        for field in holders.flatMap(\.fields) where !known.contains(field.name) { known.append(field.name) }
        let kind = holders.count == 1 ? "field of \(holders[0].name)" : "field"
        entry.key.unknown(kind, entry.name, known: known)
        continue
      }
      guard let rule = rules.rule(entry.value) else { continue }
      MappingRuleReader.check(rule, type: type, entry.name, entry.value)
      mapping.data[entry.name] = rule
    }
  }

  private func checkRequired(_ mapping: MappingDefinition, _ node: ConfigurationNode) {
    let possible = possibleEntities(mapping)
    guard possible.count == 1, mapping.envelope["entity"] != nil else { return }
    for field in possible[0].requiredFields where mapping.data[field] == nil {
      node.error("\(possible[0].name) needs the field \(field)", "add \(field): to data")
    }
  }
}
