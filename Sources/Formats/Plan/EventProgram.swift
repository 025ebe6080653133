import Core

/// One field of an entity with its rule.
struct FieldProgram: BitwiseCopyable {
  /// Position in the entity.
  var field: Int32
  /// The rule's slot, here so that the fields of an event are read in one sweep.
  var slot: Int32
  var rule: UnsafePointer<RuleProgram>
}

/// How the events of one entity are filled.
struct EntityProgram: BitwiseCopyable {
  var entityId: UnsafePointer<RuleProgram>?
  var fields: UnsafePointer<FieldProgram>
  var fieldCount: Int
  /// One for each field of the entity; those without a rule stay absent.
  var buffer: UnsafeMutablePointer<EventField>
}

/// How a record becomes a canonical event: a mapping, or a built-in format.
struct EventProgram: BitwiseCopyable {
  /// Whether the layout has all slots that it reads.
  var isComplete: Bool
  /// Index of the entity when it is constant, else -1.
  var entity: Int
  /// The rules for what was not fixed at compilation; nil for what the format does not have.
  var entityRule: UnsafePointer<RuleProgram>?
  /// The text from which both entity and operation are read, in CloudEvents.
  var typeRule: UnsafePointer<RuleProgram>?
  var operation: UnsafePointer<RuleProgram>?
  var id: UnsafePointer<RuleProgram>?
  var occurredAt: UnsafePointer<RuleProgram>?
  var version: UnsafePointer<RuleProgram>?
  var actorId: UnsafePointer<RuleProgram>?
  /// Slot that must hold an object when the operation carries data, or -1.
  var dataSlot: Int
  /// By entity; entities that the format cannot name have no rules. Nil in an incomplete program.
  var entities: UnsafePointer<EntityProgram>?

  static var incomplete: EventProgram {
    EventProgram(
      isComplete: false, entity: -1, entityRule: nil, typeRule: nil, operation: nil, id: nil, occurredAt: nil,
      version: nil, actorId: nil, dataSlot: -1, entities: nil)
  }
}

/// One condition of a mapping.
struct ConditionProgram: BitwiseCopyable {
  enum Test: UInt8, BitwiseCopyable { case equalsOneOf, exists, absent, hasPrefix }

  var source: SourceProgram
  var test: Test
  var texts: UnsafePointer<EventBytes>
  var textCount: Int
}

/// The conditions of one mapping.
struct SelectorProgram: BitwiseCopyable {
  var conditions: UnsafePointer<ConditionProgram>
  var count: Int
}

/// One projection of a record into slots, with the programs whose slots it has.
///
/// Every layout can tell whether one of its programs applies. The first layout has all programs.
struct LayoutProgram: BitwiseCopyable {
  var plan: OpaquePointer
  var selectors: UnsafePointer<SelectorProgram>
  /// One for each selector, then the built-in ones by `BuiltInFormat`.
  var programs: UnsafePointer<EventProgram>
  var mappingCount: Int
  /// Slots that tell the built-in formats apart.
  var marks: FormatMarks
  /// What events point to that were not filled.
  var unusedFields: UnsafeMutablePointer<EventField>
}

/// Slots of the members that tell the built-in formats apart.
struct FormatMarks: BitwiseCopyable {
  /// False in the layout for mappings alone, where other formats are not looked for.
  var arePresent: Bool
  var entity: Int
  var operation: Int
  var data: Int
  var specificationVersion: Int
  var dataEntity: Int
  var dataOperation: Int
  var dataData: Int

  static let none = FormatMarks(
    arePresent: false, entity: -1, operation: -1, data: -1, specificationVersion: -1, dataEntity: -1,
    dataOperation: -1, dataData: -1)
}

/// The built-in formats, in the order of their programs after those of the mappings.
enum BuiltInFormat: Int, CaseIterable {
  case canonical, structuredCloudEvent, canonicalCloudEvent, binaryCloudEvent
}

/// The layouts of a topic.
struct TopicProgram: BitwiseCopyable {
  /// The first holds the slots of all programs.
  var layouts: UnsafePointer<LayoutProgram>
  /// By program: the layout made for it.
  var layoutOfProgram: UnsafePointer<Int>
  /// The layout that the record before was decoded with, which the next one likely needs, too.
  var current: Int
  /// The last program that applied to a record; less than -1 before any did.
  var lastProgram: Int
  var name: EventBytes
}
