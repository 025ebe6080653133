/// One record as it would be written to Kafka.
public struct SimulatedRecord: Sendable, Equatable {
  /// What the event speaks of; a malformed record always bears the key of an opportunity.
  public var entity: SimulatedEntity
  /// The Kafka key, `entity:entityId` in UTF-8.
  public var key: [UInt8]
  /// The canonical event as JSON in UTF-8, unless malformed.
  public var value: [UInt8]
  /// When it happened, in milliseconds since the Unix epoch: the event's `occurredAt`.
  public var occurredAt: Int64
  /// When it is sent, on the same clock; never less than that of the record before, nor than `occurredAt`.
  public var arrivalAt: Int64
  /// Whether it repeats the bytes of an earlier record.
  public var isDuplicate: Bool
  /// Whether it was logged at least 30 minutes after it happened.
  public var isLate: Bool
  /// The ``MalformedKind`` by its number, or nil for a well-formed record.
  public var malformedKind: Int?
}
