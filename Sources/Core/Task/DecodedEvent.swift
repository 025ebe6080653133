/// What an event does to its row.
public enum Operation: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// Changes the fields it carries; creates the row if need be. A deleted row stays deleted.
  case upsert
  case delete
  case restore
  /// The row was merged into another one and no longer counts.
  case merge
  /// The row's state as a source sees it now, not an act of today; brings a deleted row back.
  case snapshot
  /// The source lost changes and asks for a later snapshot; counted, changes nothing.
  case refetch
}

/// Bytes that lie in the decoder's buffer; valid until the next event is decoded.
public struct EventBytes: BitwiseCopyable, @unchecked Sendable {
  // Unchecked: the bytes belong to whoever decodes; they are only read while the event is handled.

  public var start: UnsafeRawPointer?
  public var count: Int

  public init(start: UnsafeRawPointer?, count: Int) {
    self.start = start
    self.count = count
  }

  public static let none = EventBytes(start: nil, count: 0)
  /// Absent; an empty text is not.
  public var isAbsent: Bool { start == nil }
}

/// One field of `data` as decoded.
public struct EventField: BitwiseCopyable {
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// Not in the event: unchanged.
    case absent
    /// JSON null: cleared.
    case cleared
    case text
    /// Millionths, milliseconds, or 0 and 1, by the field's type.
    case number
  }

  public var kind: Kind
  public var number: Int64
  public var text: EventBytes

  public init(kind: Kind, number: Int64 = 0, text: EventBytes = .none) {
    self.kind = kind
    self.number = number
    self.text = text
  }
}

/// One event, decoded and typed but not yet admitted. Plain data, reused from event to event.
public struct DecodedEvent: BitwiseCopyable {
  /// Index in `Catalogue.entities`.
  public var entity: Int = 0
  public var operation: Operation = .upsert
  public var id: EventBytes = .none
  public var entityId: EventBytes = .none
  public var actorId: EventBytes = .none
  /// Milliseconds since the Unix epoch.
  public var occurredAt: Int64 = 0
  /// The write order: `version` when the event has one, else `occurredAt`.
  public var order: Int64 = 0
  /// One for each field of the entity.
  public var fields: UnsafePointer<EventField>

  public init(fields: UnsafePointer<EventField>) { self.fields = fields }
}

/// Why an event cannot count. The raw value is the `reason` of dead letters and metrics.
public enum RejectReason: String, Sendable, CaseIterable {
  case notJSON = "not_json"
  case invalidUTF8 = "invalid_utf8"
  case tooDeep = "too_deep"
  case tooLarge = "too_large"
  case notAnObject = "not_an_object"
  case missingField = "missing_field"
  case wrongType = "wrong_type"
  case unknownEntity = "unknown_entity"
  case unknownOperation = "unknown_op"
  case impossibleTime = "impossible_time"
  case fromTheFuture = "from_the_future"
  case numberOutOfRange = "number_out_of_range"
  case tooManyDecimals = "too_many_decimals"
  case keyTooLong = "key_too_long"
  case noMapping = "no_mapping"
}

/// What became of one event.
public enum Outcome: Equatable, Sendable {
  case counted
  case duplicate
  /// Came after the end and grace of at least one of its windows and was left out of those; `lateMillis` is how far
  /// past the deadline of the finest, whose index is `window`.
  case late(window: Int, lateMillis: Int64)
  /// Deliberately without effect.
  case filtered
  /// Cannot count; `field` is its position in the entity, or -1.
  case rejected(RejectReason, field: Int)
}
