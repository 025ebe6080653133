import Core

/// Mappings of the configuration.
extension LayoutBuilder {
  static let envelopeMembers = [
    "id", "entity", "op", "entityId", "mergedInto", "occurredAt", "version", "actorId",
  ]

  mutating func program(_ mapping: MappingDefinition) throws(FormatFault) -> EventProgram {
    context = "mapping \(mapping.name)"
    for name in mapping.envelope.keys.sorted() where !Self.envelopeMembers.contains(name) {
      throw FormatFault(
        "\(context): there is no member \(name); members are \(Self.envelopeMembers.joined(separator: ", "))")
    }
    guard let entityRule = mapping.envelope["entity"] else {
      throw FormatFault("\(context): entity needs a rule, such as a constant")
    }
    guard let timeRule = mapping.envelope["occurredAt"] else {
      throw FormatFault("\(context): occurredAt needs a rule; the record's timestamp is a last resort")
    }
    var program = EventProgram.incomplete
    program.isComplete = true
    let targets = try entities(of: entityRule)
    try checkFields(mapping, targets)
    if targets.isConstant {
      program.entity = targets.indexes[0]
    } else {
      program.entityRule = try rule(entityRule, for: .string, target: "entity")
    }
    program.occurredAt = try rule(timeRule, for: .time, target: "occurredAt")
    program.operation = try envelope(mapping, "op")
    program.id = try envelope(mapping, "id")
    program.version = try envelope(mapping, "version")
    program.actorId = try envelope(mapping, "actorId")
    let idRule = try envelope(mapping, "entityId")
    program.entities = try entityPrograms(targets.indexes) { _, _ throws(FormatFault) in
      idRule
    } field: { builder, field throws(FormatFault) in
      guard let definition = mapping.data[field.name] else { return nil }
      return try builder.rule(definition, for: field.type, target: "data.\(field.name)")
    }
    return program
  }

  private mutating func envelope(
    _ mapping: MappingDefinition, _ member: String
  ) throws(FormatFault) -> UnsafePointer<RuleProgram>? {
    guard let definition = mapping.envelope[member] else { return nil }
    return try rule(definition, for: .string, target: member)
  }

  /// The entities that a rule may name: one if it is constant, those of its lookup, or all.
  private func entities(of rule: MappingRule) throws(FormatFault) -> (indexes: [Int], isConstant: Bool) {
    var possible: [String] = []
    var isConstant = false
    if let lookup = rule.lookup {
      possible = lookup.values.sorted() + (rule.lookupDefault.map { [$0] } ?? [])
    } else if rule.joinSeparator == nil, case .constant(let name)? = rule.sources.first {
      possible = [name]
      isConstant = true
    } else {
      return (catalogue.inputEntities, false)
    }
    var indexes: [Int] = []
    for name in possible {
      guard let index = catalogue.entity(name), catalogue.inputEntities.contains(index) else {
        let known = catalogue.inputEntities.map { catalogue.entities[$0].name }.joined(separator: ", ")
        throw FormatFault("\(context): there is no entity \(name); entities are \(known)")
      }
      if !indexes.contains(index) { indexes.append(index) }
    }
    return (indexes, isConstant)
  }

  /// Fields that no metric uses are known, too; they are just not read.
  private func checkFields(
    _ mapping: MappingDefinition, _ targets: (indexes: [Int], isConstant: Bool)
  ) throws(FormatFault) {
    var known: Set<String> = []
    for index in targets.indexes {
      known.formUnion(catalogue.entities[index].fields.map(\.name))
      let name = catalogue.entities[index].name
      for entity in catalogue.definition.entities where entity.name == name {
        known.formUnion(entity.fields.map(\.name))
      }
    }
    for name in mapping.data.keys.sorted() where !known.contains(name) {
      let list = known.filter { !$0.hasPrefix("$") }.sorted().joined(separator: ", ")
      throw FormatFault("\(context): there is no field \(name); fields are \(list)")
    }
  }
}

extension Catalogue {
  /// The entities that events may speak of.
  var inputEntities: [Int] { entities.indices.filter { entities[$0].derivation == .input } }
}
