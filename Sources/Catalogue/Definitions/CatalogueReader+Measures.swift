import Core

extension CatalogueReader {
  private static let aggregateKeys = AggregateDefinition.allCases.map(\.keyword)

  /// Adds configured measures; one may take the name of a built-in measure that no metric in use needs.
  mutating func readMeasures(_ node: ConfigurationNode, builtIn: [MetricDefinition]) {
    for entry in node.entries() ?? [] {
      guard entry.key.checkName(entry.name, "measure") else {
        faultyMeasures.insert(entry.name)
        continue
      }
      if let user = builtIn.first(where: { $0.measureNames.contains(entry.name) }) {
        entry.key.error(
          "the measure \"\(entry.name)\" is built in and used by the metric \"\(user.name)\"",
          "choose another name, or leave \(user.name) out of built_in")
        continue
      }
      guard let measure = measure(entry) else {
        faultyMeasures.insert(entry.name)
        continue
      }
      measures.removeAll { $0.name == entry.name }
      measures.append(measure)
    }
  }

  /// Warns of configured measures that nothing publishes, which are then not kept either.
  func checkUse(ofMeasures node: ConfigurationNode) {
    let used = Set(metrics.flatMap(\.measureNames))
    for entry in node.entries() ?? [] where !used.contains(entry.name) {
      entry.key.warn(
        "the measure \"\(entry.name)\" is used by no metric and not kept",
        "publish it by adding \(entry.name): {} to metrics")
    }
  }

  private func measure(_ entry: ConfigurationEntry) -> MeasureDefinition? {
    let known = ["entity"] + Self.aggregateKeys + ["value", "where", "time", "attribution", "money"]
    guard let members = entry.value.members(known) else { return nil }
    guard let entityNode = members["entity"] else {
      entry.key.error("the measure \"\(entry.name)\" has no entity", "write entity: activity")
      return nil
    }
    guard let entityName = entityNode.nonEmptyString() else { return nil }
    guard let entity = entities.first(where: { $0.name == entityName }) else {
      entityNode.unknown("entity", entityName, known: entities.map(\.name))
      return nil
    }
    let fields = FieldReader(entity: entity)
    let combined = combination(entry, members, fields)
    let filter = members["where"].map { fields.filter($0) } ?? []
    let time = time(entry, members["time"], fields)
    let attribution = members["attribution"]?.choice("attribution", of: Attribution.self) ?? .ownerAtEvent
    guard let (aggregate, value) = combined, let filter, let time else { return nil }
    let measure = MeasureDefinition(
      name: entry.name, entity: entityName, aggregate: aggregate, value: value, filter: filter, time: time,
      attribution: attribution, isMoney: members["money"]?.boolean() ?? false)
    check(measure, entity, entry, members)
    return measure
  }

  private func time(
    _ entry: ConfigurationEntry, _ node: ConfigurationNode?, _ fields: FieldReader
  ) -> [TimeSourceDefinition]? {
    if let node { return node.scalarText == "none" ? [] : fields.time(node) }
    guard fields.entity.derivation == .input else {
      let times = fields.entity.fields.filter { $0.type == .time }.map(\.name)
      entry.key.error(
        "the measure \"\(entry.name)\" of \(fields.entity.name) has no time",
        "write time: \(times.joined(separator: " or "))")
      return nil
    }
    return [.first]
  }

  /// What is added up, and how.
  private func combination(
    _ entry: ConfigurationEntry, _ members: [String: ConfigurationNode], _ fields: FieldReader
  ) -> (AggregateDefinition, ValueDefinition)? {
    let present = AggregateDefinition.allCases.filter { members[$0.keyword] != nil }
    guard let aggregate = present.first, let argument = members[aggregate.keyword] else {
      entry.key.error(
        "the measure \"\(entry.name)\" does not say what to add up",
        "write count: true, sum: amount, distinct: ownerId, quantile: amount, min: amount or max: amount")
      return nil
    }
    if present.count > 1, let second = members[present[1].keyword] {
      second.error(
        "a measure is one of \(present.map(\.keyword).joined(separator: " and ")), not both",
        "declare two measures")
      return nil
    }
    if let node = members["value"] {
      guard argument.scalarText == "true" else {
        argument.error(
          "a measure has either a value or a field", "write \(aggregate.keyword): true beside value")
        return nil
      }
      guard aggregate != .distinct else {
        argument.error("lengths of time are not counted apart", "write distinct: and a field of type string")
        return nil
      }
      return fields.elapsed(node).map { (aggregate, $0) }
    }
    if argument.isMapping, aggregate != .distinct { return fields.elapsed(argument).map { (aggregate, $0) } }
    if aggregate == .count {
      guard let isCounted = argument.boolean() else { return nil }
      guard isCounted else {
        argument.error("count: false adds nothing up", "write count: true")
        return nil
      }
      return (.count, .one)
    }
    let type: FieldType = aggregate == .distinct ? .string : .decimal
    return fields.field(argument, types: [type]).map { (aggregate, .field($0.name)) }
  }

  private func check(
    _ measure: MeasureDefinition, _ entity: EntityDefinition, _ entry: ConfigurationEntry,
    _ members: [String: ConfigurationNode]
  ) {
    let hasCurrency = entity.fields.contains { $0.name == "currency" && $0.type == .string }
    if measure.isMoney, !hasCurrency {
      members["money"]?.error(
        "\(entity.name) has no string field currency, by which money is kept apart",
        "add it, or leave money out")
    } else if measure.isMoney, measure.aggregate == .distinct {
      members["money"]?.error("a distinct count is no money", "leave money out")
    } else if !measure.isMoney, hasCurrency, case .field("amount") = measure.value, members["money"] == nil {
      entry.key.warn(
        "the measure \"\(entry.name)\" adds amounts of different currencies together", "write money: true")
    }
    if measure.time.isEmpty, entity.keying == .never || entity.derivation != .input {
      members["time"]?.error(
        "\(entity.name) has no rows of input to keep a level of",
        "name a time, or an entity whose keying is required")
    }
    if entity.derivation != .input, measure.attribution != .ownerAtEvent {
      members["attribution"]?.error(
        "rows of \(entity.name) are derived and have one owner", "leave attribution out")
    }
  }
}
