import Core

/// Compiles the layouts of each topic.
struct TopicCompiler {
  let catalogue: Catalogue
  let memory: PlanMemory
  let names: NameTable
  private(set) var topics: [TopicProgram] = []
  /// By topic and layout, for messages.
  private(set) var pointers: [[[String]]] = []
  /// To be destroyed by the owner.
  private(set) var plans: [OpaquePointer] = []
  private let unusedFields: UnsafeMutablePointer<EventField>

  init(catalogue: Catalogue, memory: PlanMemory, names: NameTable) {
    self.catalogue = catalogue
    self.memory = memory
    self.names = names
    let most = catalogue.entities.map(\.fields.count).max() ?? 0
    unusedFields = memory.table(Array(repeating: EventField(kind: .absent), count: most))
  }

  /// Compiles the layout of everything, then one for the mappings together and one for each built-in format.
  mutating func compile(topic: String, _ mappings: [MappingDefinition]) throws(FormatFault) {
    let programCount = mappings.count + BuiltInFormat.allCases.count
    let ownMappings = Set(mappings.indices)
    var parts = [Set(0..<programCount)]
    if !mappings.isEmpty { parts.append(ownMappings) }
    var layoutOfProgram = Array(repeating: 1, count: mappings.count)
    for number in mappings.count..<programCount {
      layoutOfProgram.append(parts.count)
      parts.append([number])
    }
    var layouts: [LayoutProgram] = []
    var layoutPointers: [[String]] = []
    for part in parts {
      var builder = LayoutBuilder(catalogue: catalogue, memory: memory, names: names)
      layouts.append(try layout(&builder, mappings, running: part))
      layoutPointers.append(builder.pointers)
    }
    pointers.append(layoutPointers)
    topics.append(
      TopicProgram(
        layouts: UnsafePointer(memory.table(layouts)),
        layoutOfProgram: UnsafePointer(memory.table(layoutOfProgram)),
        current: 1, lastProgram: -2, name: memory.text(topic)))
  }

  private mutating func layout(
    _ builder: inout LayoutBuilder, _ mappings: [MappingDefinition], running: Set<Int>
  ) throws(FormatFault) -> LayoutProgram {
    // Most topics with mappings hold nothing else, and need not look for more.
    let isMappingsOnly = running.allSatisfy { $0 < mappings.count }
    let marks = isMappingsOnly ? FormatMarks.none : try builder.marks()
    var selectors: [SelectorProgram] = []
    var programs: [EventProgram] = []
    for (number, mapping) in mappings.enumerated() {
      builder.context = "mapping \(mapping.name)"
      selectors.append(try builder.selector(mapping.conditions))
      programs.append(running.contains(number) ? try builder.program(mapping) : .incomplete)
    }
    for format in BuiltInFormat.allCases {
      let isRunning = running.contains(mappings.count + format.rawValue)
      programs.append(isRunning ? try builder.program(format) : .incomplete)
    }
    let plan = try builder.makePlan()
    plans.append(plan)
    return LayoutProgram(
      plan: plan, selectors: UnsafePointer(memory.table(selectors)),
      programs: UnsafePointer(memory.table(programs)),
      mappingCount: mappings.count, marks: marks, unusedFields: unusedFields)
  }
}
