/// What kind of value a field of an entity holds.
public enum FieldType: String, Sendable, Equatable, CaseIterable {
  /// Text; compared for equality only.
  case string
  /// An exact decimal with at most six fractional digits.
  case decimal
  /// An instant, in milliseconds since the Unix epoch; a date without a time is the start of that local day.
  case time
  /// True or false.
  case boolean
}

/// One named field of an entity's `data`.
public struct FieldDefinition: Sendable, Equatable {
  /// The member name in `data`, in lower camel case.
  public var name: String
  public var type: FieldType

  public init(_ name: String, _ type: FieldType) {
    self.name = name
    self.type = type
  }
}

/// A check that a decimal field lies within bounds; an event outside them is a dead letter.
public struct RangeCheckDefinition: Sendable, Equatable {
  public var field: String
  /// Inclusive bounds used when the event carries none, as exact decimals.
  public var lowest: Decimal6
  public var highest: Decimal6
  /// Fields of the same event that replace the bounds when present, such as `scaleMin` and `scaleMax`.
  public var lowestField: String?
  public var highestField: String?
  /// Applies only to events that pass this filter.
  public var filter: [PredicateDefinition]

  public init(
    field: String, lowest: Decimal6, highest: Decimal6, lowestField: String? = nil,
    highestField: String? = nil, filter: [PredicateDefinition] = []
  ) {
    self.field = field
    self.lowest = lowest
    self.highest = highest
    self.lowestField = lowestField
    self.highestField = highestField
    self.filter = filter
  }
}

/// A kind of thing that events speak of: an activity, an opportunity, a cost.
public struct EntityDefinition: Sendable, Equatable {
  /// Whether events of this entity are rows of a table (latest state per `entityId`) or a stream.
  public enum Keying: String, Sendable, Equatable, BitwiseCopyable {
    /// A table: `entityId` is required.
    case required
    /// A row when the event has an `entityId`, an append-only stream event when it has none.
    case optional
    /// Always a stream; `entityId` is ignored.
    case never
  }

  /// How the rows of a derived entity come from those of another one.
  public enum Derivation: String, Sendable, Equatable {
    /// Decoded from input.
    case input
    /// One row for each stay of an opportunity in a stage: `stage`, `enteredAt`, `exitedAt`, `converted`.
    case stageStays
    /// One row for each account: its first won opportunity; `closedAt` is when it was won.
    case firstWins
    /// One row for each won opportunity with activities: `closedAt`, `firstContactAt`, `activities`.
    case wonContacts
  }

  public var name: String
  public var keying: Keying
  public var derivation: Derivation
  public var fields: [FieldDefinition]
  /// Fields that an `upsert` of a stream event must carry, else it is a dead letter.
  public var requiredFields: [String]
  public var checks: [RangeCheckDefinition]

  public init(
    name: String, keying: Keying, derivation: Derivation = .input, fields: [FieldDefinition],
    requiredFields: [String] = [], checks: [RangeCheckDefinition] = []
  ) {
    self.name = name
    self.keying = keying
    self.derivation = derivation
    self.fields = fields
    self.requiredFields = requiredFields
    self.checks = checks
  }
}
