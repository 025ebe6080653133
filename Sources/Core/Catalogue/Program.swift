/// The compiled forms of filters, times and values that the hot path runs: plain data, indexes instead of names.
///
/// They point into memory owned by `Catalogue`, which is immutable and outlives every task.

/// A list in that memory.
struct ProgramList<Element: BitwiseCopyable>: BitwiseCopyable, @unchecked Sendable {
  // Unchecked: the elements never change after the catalogue is compiled.

  let base: UnsafePointer<Element>
  let count: Int

  @inline(__always)
  subscript(index: Int) -> Element {
    assert(index < count, "a program list was read outside its bounds")
    return base[index]
  }
}

/// One condition on a field.
struct Predicate: BitwiseCopyable {
  enum Test: UInt8 { case oneOf, absentOrOneOf, noneOf, present, absent, between, isTrue, isNotTrue }

  let field: Int32
  let test: Test
  /// Hashes of texts.
  let constants: ProgramList<Int64>
  /// Millionths, inclusive.
  let lowest: Int64
  let highest: Int64

  @inline(__always)
  func accepts(_ value: Int64) -> Bool {
    switch test {
    case .oneOf: return contains(value)
    case .absentOrOneOf: return value == FieldValue.absent || contains(value)
    case .noneOf: return !contains(value)
    case .present: return value != FieldValue.absent
    case .absent: return value == FieldValue.absent
    case .between: return value != FieldValue.absent && value >= lowest && value <= highest
    case .isTrue: return value == 1
    case .isNotTrue: return value != 1
    }
  }

  @inline(__always)
  private func contains(_ value: Int64) -> Bool {
    for index in 0..<constants.count where constants[index] == value { return true }
    return false
  }
}

/// One source of a time attribute.
struct TimeSource: BitwiseCopyable {
  enum Kind: UInt8 { case field, since, first }

  let kind: Kind
  let field: Int32
}

/// What is computed for one measure of a group.
struct MeasureProgram: BitwiseCopyable {
  enum Value: UInt8 {
    case one, field, elapsed
    /// The item's own time, of whatever the other measures of the group take.
    case time
    /// One for an event that is late and counts in the present window, set by whoever moves it there.
    case lateMark
  }

  let aggregate: Aggregate
  let value: Value
  let field: Int32
  let from: ProgramList<TimeSource>
  let to: ProgramList<TimeSource>
  let filter: ProgramList<Predicate>
  /// Where its words begin in an item, a delta entry and a cell row.
  let itemWord: Int32
  let deltaWord: Int32
  let cellWord: Int32
}

/// How the values of a measure are combined, as the cells see it.
enum Aggregate: UInt8 {
  /// One word: how many.
  case count
  /// Two words: a 128-bit sum.
  case sum
  /// One word, a multiset: how many different values.
  case distinct
  /// One word, a multiset of exact values.
  case quantile
  case minimum
  case maximum

  var cellWords: Int { self == .sum ? 2 : 1 }
  var isMultiset: Bool { self != .count && self != .sum }
}

/// One scope as a group keeps it: up to two of the group's dimension slots; -1 is none.
struct ScopeProgram: BitwiseCopyable {
  let scope: Int32
  let firstSlot: Int32
  let secondSlot: Int32
  /// The slot that holds the parent's id, or -1.
  let parentSlot: Int32
  /// Whether its calendar windows are those of the event's zone.
  let followsZone: Bool
}

/// One window of a group. The first bits of a mask stand for these, by position; the rest hold the zone's tag.
struct WindowSlot: BitwiseCopyable {
  let window: Int32
  /// Whether contributions go to the window by their time alone; the windows of other kinds are made of panes.
  let isStored: Bool
  /// Whether it holds panes and is not published.
  let isPane: Bool
  /// Whether only scopes of the zone with this tag are kept.
  let followsScopeZone: Bool
  let zoneTag: UInt8

  static let countMax = 56
  static let positionMask: UInt64 = (1 << 56) - 1

  /// Whether a scope is kept in the window when the event's zone has `tag`.
  @inline(__always)
  func takes(_ scope: ScopeProgram, tag: UInt8) -> Bool {
    !followsScopeZone || (scope.followsZone ? tag : 0) == zoneTag
  }
}

/// One dimension slot of a group.
struct DimensionProgram: BitwiseCopyable {
  let field: Int32
  let isOwnership: Bool
}

/// Measures that share entity, time attribute, attribution, scopes and windows, and so live in one row per cell.
struct GroupProgram: BitwiseCopyable {
  let entity: Int32
  let time: ProgramList<TimeSource>
  let attribution: AttributionProgram
  /// Slot of the currency among the dimensions, or -1 when the group holds no money.
  let currencySlot: Int32
  let dimensions: ProgramList<DimensionProgram>
  let scopes: ProgramList<ScopeProgram>
  let windows: ProgramList<WindowSlot>
  /// Slot of the dimension whose value decides on the zone, or -1.
  let zoneSlot: Int32
  let late: LatePolicy
  let measures: ProgramList<MeasureProgram>
  /// Words of a contribution item, of a delta entry and of a cell row, with their headers.
  let itemWords: Int32
  let deltaWords: Int32
  let cellWords: Int32
  let hasMultisets: Bool
  /// Whether past windows take contributions up to their retention (tables) or only within grace (streams).
  let isLevel: Bool
  /// Stream events no older than this, in milliseconds behind stream time, count in all windows.
  let leastGraceMillis: Int64
  /// The measure that counts late events in the present window, or -1.
  let lateMeasure: Int32
  /// The measure that holds the times of a session's events, or -1.
  let timeMeasure: Int32
}

enum AttributionProgram: UInt8 { case ownerAtEvent, currentOwner, actor }

/// One instruction of a metric's formula, in postfix order.
struct FormulaInstruction: BitwiseCopyable {
  enum Operation: UInt8 { case measure, prior, level, constant, add, subtract, multiply, divide }

  let operation: Operation
  let group: Int32
  let measure: Int32
  /// Thousandths for a quantile, otherwise -1.
  let permille: Int32
  /// Millionths.
  let constant: Int64
}

/// What the hot path needs to know of an entity.
struct EntityProgram: BitwiseCopyable {
  let keying: EntityDefinition.Keying
  /// Positions of fields that a stream event must carry.
  let requiredFields: ProgramList<Int32>
  let checks: ProgramList<RangeCheck>
  let fields: ProgramList<FieldProgram>
  /// Groups fed directly by its events or rows.
  let groups: ProgramList<Int32>
  /// The hidden field for the actor, or -1.
  let actorField: Int32
}

/// Bounds that a decimal field must lie within, in millionths, when the filter applies.
struct RangeCheck: BitwiseCopyable, Sendable {
  let field: Int
  let lowest: Int64
  let highest: Int64
  /// Fields that replace the bounds where the event has them; -1 is none.
  let lowestField: Int
  let highestField: Int
  let filter: ProgramList<Predicate>
}

/// What the hot path needs to know of a field.
struct FieldProgram: BitwiseCopyable {
  let isDimension: Bool
}
