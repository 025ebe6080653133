import CSimdjson
import Core

/// Compiles mappings and built-in formats to programs over one set of slots.
struct LayoutBuilder {
  /// A source, or the part of it after its last `/`.
  enum Source {
    case whole(MappingSource)
    case tail(MappingSource)
  }

  let catalogue: Catalogue
  let memory: PlanMemory
  let names: NameTable
  /// The pointer of each slot.
  private(set) var pointers: [String] = []
  private var slots: [String: Int32] = [:]
  /// Who is to blame for a fault.
  var context = ""

  init(catalogue: Catalogue, memory: PlanMemory, names: NameTable) {
    self.catalogue = catalogue
    self.memory = memory
    self.names = names
  }

  // MARK: - Sources and rules

  mutating func slot(_ pointer: String) throws(FormatFault) -> Int32 {
    if let slot = slots[pointer] { return slot }
    guard Self.isPointer(pointer) else {
      throw FormatFault(
        "\(context): \"\(pointer)\" is no JSON Pointer; it must begin with /, and ~ is written ~0")
    }
    let slot = Int32(pointers.count)
    pointers.append(pointer)
    slots[pointer] = slot
    return slot
  }

  private static func isPointer(_ text: String) -> Bool {
    guard text.isEmpty || text.hasPrefix("/") else { return false }
    let parts = text.split(separator: "~", omittingEmptySubsequences: false).dropFirst()
    return parts.allSatisfy { $0.hasPrefix("0") || $0.hasPrefix("1") } && !text.utf8.contains(0)
  }

  mutating func source(_ source: Source) throws(FormatFault) -> SourceProgram {
    switch source {
    case .whole(.pointer(let pointer)): SourceProgram(kind: .slot, index: try slot(pointer))
    case .tail(.pointer(let pointer)): SourceProgram(kind: .slotTail, index: try slot(pointer))
    case .whole(.header(let name)): SourceProgram(kind: .header, index: names.header(name))
    case .tail(.header(let name)): SourceProgram(kind: .headerTail, index: names.header(name))
    case .whole(.recordKey), .tail(.recordKey): SourceProgram(kind: .recordKey, index: 0)
    case .whole(.recordTimestamp), .tail(.recordTimestamp): SourceProgram(kind: .recordTimestamp, index: 0)
    case .whole(.topic), .tail(.topic): SourceProgram(kind: .topic, index: 0)
    case .whole(.constant(let text)), .tail(.constant(let text)):
      SourceProgram(kind: .constant, index: names.constant(text))
    }
  }

  /// A rule that takes the first of some sources, or joins them.
  mutating func rule(
    _ sources: [Source], reading: Reading = .text, join: String? = nil,
    alternative: UnsafePointer<RuleProgram>? = nil
  ) throws(FormatFault) -> UnsafePointer<RuleProgram> {
    var programs: [SourceProgram] = []
    for part in sources { programs.append(try source(part)) }
    var slot: Int32 = -1
    if programs.count == 1, programs[0].kind == .slot, alternative == nil { slot = programs[0].index }
    return UnsafePointer(
      memory.single(
        RuleProgram(
          slot: slot, sourceCount: Int32(programs.count), sources: UnsafePointer(memory.table(programs)),
          separator: join.map(memory.text) ?? .none, lookup: nil, lookupTexts: nil, lookupDefault: .none,
          alternative: alternative, reading: reading, isNullAbsent: false)))
  }

  /// The compiled form of a configured rule for a target of a type.
  mutating func rule(
    _ definition: MappingRule, for type: FieldType, target: String
  ) throws(FormatFault) -> UnsafePointer<RuleProgram> {
    guard let reading = Reading(definition.conversion, for: type) else {
      throw FormatFault(
        "\(context): \(target) is a \(type.rawValue) and cannot be read as "
          + "\(definition.conversion.rawValue); \(Self.conversions(for: type)) can")
    }
    guard !definition.sources.isEmpty else {
      throw FormatFault("\(context): \(target) has no source")
    }
    var program = try rule(
      definition.sources.map { .whole($0) }, reading: reading, join: definition.joinSeparator
    ).pointee
    program.isNullAbsent = definition.isNullAbsent
    if program.separator.start != nil { program.slot = -1 }
    if let lookup = definition.lookup {
      program.slot = -1
      let keys = lookup.keys.sorted()
      let numbers = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($0.element, $0.offset) })
      program.lookup = UnsafePointer(memory.single(TextMap(numbers, memory: memory)))
      program.lookupTexts = UnsafePointer(memory.table(keys.map { memory.text(lookup[$0] ?? "") }))
      program.lookupDefault = definition.lookupDefault.map(memory.text) ?? .none
    }
    return UnsafePointer(memory.single(program))
  }

  private static func conversions(for type: FieldType) -> String {
    MappingConversion.allCases.filter { Reading($0, for: type) != nil }.map(\.rawValue)
      .joined(separator: ", ")
  }

  // MARK: - Entities

  /// The programs of all entities; only those in `included` get rules.
  mutating func entityPrograms(
    _ included: [Int],
    entityId: (inout LayoutBuilder, Catalogue.Entity) throws(FormatFault) -> UnsafePointer<RuleProgram>?,
    field: (inout LayoutBuilder, Catalogue.Field) throws(FormatFault) -> UnsafePointer<RuleProgram>?
  ) throws(FormatFault) -> UnsafePointer<EntityProgram> {
    var programs: [EntityProgram] = []
    for (index, entity) in catalogue.entities.enumerated() {
      var fields: [FieldProgram] = []
      var idRule: UnsafePointer<RuleProgram>?
      if included.contains(index) {
        idRule = try entityId(&self, entity)
        for (position, definition) in entity.fields.enumerated() where !definition.name.hasPrefix("$") {
          guard let rule = try field(&self, definition) else { continue }
          fields.append(FieldProgram(field: Int32(position), slot: rule.pointee.slot, rule: rule))
        }
      }
      let absent = Array(repeating: EventField(kind: .absent), count: entity.fields.count)
      programs.append(
        EntityProgram(
          entityId: idRule, fields: UnsafePointer(memory.table(fields)), fieldCount: fields.count,
          buffer: memory.table(absent)))
    }
    return UnsafePointer(memory.table(programs))
  }

  // MARK: - Conditions

  mutating func selector(_ conditions: [MappingCondition]) throws(FormatFault) -> SelectorProgram {
    var programs: [ConditionProgram] = []
    for condition in conditions {
      let test: ConditionProgram.Test
      var texts: [EventBytes] = []
      switch condition.test {
      case .equalsOneOf(let values):
        test = .equalsOneOf
        texts = values.map(memory.text)
      case .exists: test = .exists
      case .absent: test = .absent
      case .hasPrefix(let prefix):
        test = .hasPrefix
        texts = [memory.text(prefix)]
      }
      programs.append(
        ConditionProgram(
          source: try source(.whole(condition.source)), test: test, texts: UnsafePointer(memory.table(texts)),
          textCount: texts.count))
    }
    return SelectorProgram(conditions: UnsafePointer(memory.table(programs)), count: programs.count)
  }

  /// The parser's plan for all slots so far; the caller destroys it.
  func makePlan() throws(FormatFault) -> OpaquePointer {
    let copies = pointers.map { pointer in
      let bytes = memory.table(Array(pointer.utf8CString))
      return UnsafePointer<CChar>(bytes) as UnsafePointer<CChar>?
    }
    guard let plan = copies.withUnsafeBufferPointer({ nadi_json_plan_create($0.baseAddress, $0.count) })
    else {
      throw FormatFault("\(pointers.count) JSON Pointers are too many; at most 4,096 fit")
    }
    return plan
  }
}
