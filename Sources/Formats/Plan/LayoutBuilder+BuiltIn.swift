import Core

/// The formats that need no configuration.
extension LayoutBuilder {
  mutating func program(_ format: BuiltInFormat) throws(FormatFault) -> EventProgram {
    switch format {
    case .canonical: try canonical(prefix: "") { .header("ce_" + $0) }
    case .canonicalCloudEvent: try canonical(prefix: "/data") { .pointer("/" + $0) }
    case .structuredCloudEvent: try cloudEvent(dataPrefix: "/data") { .pointer("/" + $0) }
    case .binaryCloudEvent: try cloudEvent(dataPrefix: "") { .header("ce_" + $0) }
    }
  }

  mutating func marks() throws(FormatFault) -> FormatMarks {
    FormatMarks(
      arePresent: true, entity: Int(try slot("/entity")), operation: Int(try slot("/op")),
      data: Int(try slot("/data")),
      specificationVersion: Int(try slot("/specversion")), dataEntity: Int(try slot("/data/entity")),
      dataOperation: Int(try slot("/data/op")), dataData: Int(try slot("/data/data")))
  }

  /// The canonical event, alone or as the data of a CloudEvent, whose attributes then stand in for id
  /// and time.
  private mutating func canonical(
    prefix: String, attribute: (String) -> MappingSource
  ) throws(FormatFault) -> EventProgram {
    func member(_ name: String) -> Source { .whole(.pointer("\(prefix)/\(name)")) }
    var program = EventProgram.incomplete
    program.isComplete = true
    program.entityRule = try rule([member("entity")])
    program.operation = try rule([member("op")])
    program.id = try rule([member("id")], alternative: try cloudEventId(attribute))
    program.occurredAt = try rule([member("occurredAt"), .whole(attribute("time"))], reading: .time)
    program.version = try rule([member("version")])
    program.actorId = try rule([member("actorId")])
    program.dataSlot = Int(try slot("\(prefix)/data"))
    let idRule = try rule([member("entityId")])
    program.entities = try entityPrograms(catalogue.inputEntities) { _, _ throws(FormatFault) in
      idRule
    } field: { builder, field throws(FormatFault) in
      try builder.fieldRule(field, prefix: "\(prefix)/data")
    }
    return program
  }

  /// A CloudEvent whose data are the fields themselves.
  private mutating func cloudEvent(
    dataPrefix: String, attribute: (String) -> MappingSource
  ) throws(FormatFault) -> EventProgram {
    var program = EventProgram.incomplete
    program.isComplete = true
    program.typeRule = try rule([.whole(attribute("type"))])
    program.id = try cloudEventId(attribute)
    program.occurredAt = try rule([.whole(attribute("time"))], reading: .time)
    program.actorId = try rule([.whole(.pointer("\(dataPrefix)/actorId"))])
    if !dataPrefix.isEmpty { program.dataSlot = Int(try slot(dataPrefix)) }
    let subject = attribute("subject")
    program.entities = try entityPrograms(catalogue.inputEntities) { builder, entity throws(FormatFault) in
      try builder.rule([
        .whole(.pointer("\(dataPrefix)/entityId")),
        .whole(.pointer("\(dataPrefix)/\(Self.camelCase(entity.name))Id")), .tail(subject),
      ])
    } field: { builder, field throws(FormatFault) in
      try builder.fieldRule(field, prefix: dataPrefix)
    }
    return program
  }

  /// CloudEvents are told apart by source and id together; the source is required, but some leave it out.
  private mutating func cloudEventId(
    _ attribute: (String) -> MappingSource
  ) throws(FormatFault) -> UnsafePointer<RuleProgram> {
    try rule(
      [.whole(attribute("source")), .whole(attribute("id"))], join: "#",
      alternative: try rule([.whole(attribute("id"))]))
  }

  private mutating func fieldRule(
    _ field: Catalogue.Field, prefix: String
  ) throws(FormatFault) -> UnsafePointer<RuleProgram>? {
    var sources: [Source] = [.whole(.pointer("\(prefix)/\(field.name)"))]
    if field.name == "teamId" { sources.append(.whole(.pointer("\(prefix)/teamIds/0"))) }
    if field.name == "regionId" { sources.append(.whole(.pointer("\(prefix)/regionIds/0"))) }
    guard let reading = Reading(.automatic, for: field.type) else { return nil }
    return try rule(sources, reading: reading)
  }

  static func camelCase(_ name: String) -> String {
    let parts = name.split(whereSeparator: { $0 == "_" || $0 == "-" })
    return parts.enumerated().map { index, part in
      index == 0 ? String(part) : part.prefix(1).uppercased() + part.dropFirst()
    }.joined()
  }
}
