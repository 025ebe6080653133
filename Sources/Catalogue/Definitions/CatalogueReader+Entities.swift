import Core

extension CatalogueReader {
  mutating func readEntities(_ node: ConfigurationNode) {
    for entry in node.entries() ?? [] {
      guard let members = entry.value.members(["keying", "fields", "required"]) else { continue }
      if let index = entities.firstIndex(where: { $0.name == entry.name }) {
        guard entities[index].derivation == .input else {
          entry.key.error("\"\(entry.name)\" is derived from opportunities", "add the fields to opportunity")
          continue
        }
        members["keying"]?.error("the keying of \"\(entry.name)\" is built in", "leave keying out")
        readFields(members["fields"], of: &entities[index])
        readRequired(members["required"], of: &entities[index])
      } else if let entity = newEntity(entry, members) {
        entities.append(entity)
      }
    }
    joinBuiltInDimensions()
  }

  /// Gives the built-in dimensions the entities that have their usual field, so that a new entity with an
  /// `ownerId` has a rep without further ado.
  private mutating func joinBuiltInDimensions() {
    for index in dimensions.indices {
      guard let usual = dimensions[index].fields["activity"] ?? dimensions[index].fields["opportunity"] else {
        continue
      }
      for entity in entities where entity.derivation == .input && dimensions[index].fields[entity.name] == nil
      {
        if entity.fields.contains(where: { $0.name == usual && $0.type == .string }) {
          dimensions[index].fields[entity.name] = usual
        }
      }
    }
  }

  private func newEntity(
    _ entry: ConfigurationEntry, _ members: [String: ConfigurationNode]
  ) -> EntityDefinition? {
    guard entry.key.checkName(entry.name, "entity") else { return nil }
    var entity = EntityDefinition(name: entry.name, keying: .optional, fields: [])
    if let keying = members["keying"]?.choice(
      "keying",
      [
        ("required", EntityDefinition.Keying.required), ("optional", .optional), ("never", .never),
      ])
    {
      entity.keying = keying
    }
    guard let fields = members["fields"] else {
      entry.key.error("the entity \"\(entry.name)\" has no fields", "write fields: { ownerId: string }")
      return nil
    }
    readFields(fields, of: &entity)
    readRequired(members["required"], of: &entity)
    return entity
  }

  private func readFields(_ node: ConfigurationNode?, of entity: inout EntityDefinition) {
    guard let node else { return }
    for entry in node.entries() ?? [] {
      guard let type = entry.value.choice("type", of: FieldType.self) else { continue }
      guard isFieldName(entry.name) else {
        entry.key.error(
          "\"\(entry.name)\" cannot name a field",
          "use up to 64 letters, digits and underscores, with a letter first")
        continue
      }
      if let known = entity.fields.first(where: { $0.name == entry.name }) {
        if known.type != type {
          entry.value.error(
            "the field \"\(entry.name)\" of \(entity.name) is built in as \(known.type.rawValue)",
            "leave it out, or choose another name")
        }
      } else {
        entity.fields.append(FieldDefinition(entry.name, type))
      }
    }
  }

  private func isFieldName(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= 64, !(0x30...0x39).contains(first) else {
      return false
    }
    return name.unicodeScalars.allSatisfy { $0 == "_" || ($0 != "." && $0 != "-" && TopicName.isAllowed($0)) }
  }

  private func readRequired(_ node: ConfigurationNode?, of entity: inout EntityDefinition) {
    guard let node else { return }
    for item in node.items() ?? [] {
      guard let name = item.nonEmptyString() else { continue }
      if !entity.fields.contains(where: { $0.name == name }) {
        item.unknown("field of \(entity.name)", name, known: entity.fields.map(\.name))
      } else if !entity.requiredFields.contains(name) {
        entity.requiredFields.append(name)
      }
    }
  }

  // MARK: - Dimensions

  mutating func readDimensions(_ node: ConfigurationNode) {
    for entry in node.entries() ?? [] {
      guard entry.key.checkName(entry.name, "dimension") else { continue }
      if dimensions.contains(where: { $0.name == entry.name }) {
        entry.key.error("the dimension \"\(entry.name)\" is built in", "choose another name")
        continue
      }
      if let dimension = dimension(entry) { dimensions.append(dimension) }
    }
  }

  private func dimension(_ entry: ConfigurationEntry) -> DimensionDefinition? {
    var field = entry.value
    var listed: ConfigurationNode?
    var isOwnership = false
    if entry.value.isMapping {
      guard let members = entry.value.members(["field", "entities", "ownership"]) else { return nil }
      guard let node = members["field"] else {
        entry.value.error("the dimension \"\(entry.name)\" has no field", "write field: campaign")
        return nil
      }
      field = node
      listed = members["entities"]
      isOwnership = members["ownership"]?.boolean() ?? false
    }
    guard let name = field.nonEmptyString() else { return nil }
    let holders = entities.filter { $0.fields.contains { $0.name == name && $0.type == .string } }.map(\.name)
    guard !holders.isEmpty else {
      if entities.contains(where: { $0.fields.contains { $0.name == name } }) {
        field.error("the field \"\(name)\" is no string", "dimensions group by fields of type string")
      } else {
        let known = Set(entities.flatMap { $0.fields.filter { $0.type == .string }.map(\.name) })
        field.unknown("field", name, known: known.sorted())
      }
      return nil
    }
    var chosen = holders
    if let listed {
      chosen = []
      for item in listed.items() ?? [] {
        guard let entity = item.nonEmptyString() else { continue }
        if !entities.contains(where: { $0.name == entity }) {
          item.unknown("entity", entity, known: entities.map(\.name))
        } else if !holders.contains(entity) {
          item.error(
            "\(entity) has no string field \"\(name)\"", "add it under catalogue.entities.\(entity).fields")
        } else {
          chosen.append(entity)
        }
      }
    }
    return DimensionDefinition(
      name: entry.name,
      fields: Dictionary(chosen.map { ($0, name) }, uniquingKeysWith: { first, _ in first }),
      isOwnership: isOwnership)
  }
}
