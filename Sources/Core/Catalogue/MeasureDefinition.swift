/// One condition on one field; a filter is a list of them that must all hold.
public struct PredicateDefinition: Sendable, Equatable, Hashable {
  public enum Test: Sendable, Equatable, Hashable {
    /// The field is present and equal to one of these texts.
    case oneOf([String])
    /// The field is absent, or equal to one of these texts.
    case absentOrOneOf([String])
    /// The field is absent, or present and none of these texts.
    case noneOf([String])
    case present
    case absent
    /// A decimal field is present and within these inclusive bounds; nil is unbounded.
    case between(Decimal6?, Decimal6?)
    case isTrue
    /// A boolean field is absent or false.
    case isNotTrue
  }

  public var field: String
  public var test: Test

  public init(_ field: String, _ test: Test) {
    self.field = field
    self.test = test
  }
}

/// Where a point in time comes from; a time attribute is a list of sources, of which the first present one counts.
public enum TimeSourceDefinition: Sendable, Equatable, Hashable {
  /// The value of a time field.
  case field(String)
  /// When the field took its present value: the `occurredAt` of the event that changed it.
  case since(String)
  /// The earliest `occurredAt` of the row's events; for a stream event its own `occurredAt`.
  case first
}

/// What is added up.
public enum ValueDefinition: Sendable, Equatable, Hashable {
  /// One for each row or event.
  case one
  /// A decimal field, as it is; a string field for `distinct`.
  case field(String)
  /// Milliseconds from one point in time to another; rows that lack either, or where it is negative, do not count.
  case elapsedMillis(from: [TimeSourceDefinition], to: [TimeSourceDefinition])
}

/// How values are combined.
public enum AggregateDefinition: String, Sendable, Equatable, Hashable, CaseIterable {
  case count, sum, distinct, quantile, minimum, maximum
}

/// To whom a table's past contributions belong when its owner changes.
public enum Attribution: String, Sendable, Equatable, Hashable, CaseIterable {
  /// The owner when the event happened that sets the measure's time (default).
  case ownerAtEvent = "owner_at_event"
  /// The present owner.
  case currentOwner = "current_owner"
  /// Whoever performed that event (`actorId`).
  case actor
}

/// An additive thing kept per scope and window.
public struct MeasureDefinition: Sendable, Equatable, Hashable {
  public var name: String
  public var entity: String
  public var aggregate: AggregateDefinition
  public var value: ValueDefinition
  public var filter: [PredicateDefinition]
  /// The time attribute that buckets it; empty for a level, which is kept for the present only.
  public var time: [TimeSourceDefinition]
  public var attribution: Attribution
  /// Kept apart for each currency, because currencies are never added together.
  public var isMoney: Bool

  public init(
    name: String, entity: String, aggregate: AggregateDefinition, value: ValueDefinition = .one,
    filter: [PredicateDefinition] = [], time: [TimeSourceDefinition],
    attribution: Attribution = .ownerAtEvent,
    isMoney: Bool = false
  ) {
    self.name = name
    self.entity = entity
    self.aggregate = aggregate
    self.value = value
    self.filter = filter
    self.time = time
    self.attribution = attribution
    self.isMoney = isMoney
  }
}
