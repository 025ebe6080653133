/// Where a mapped value is read from.
public enum MappingSource: Sendable, Equatable, Hashable {
  /// An RFC 6901 JSON Pointer into the event's object.
  case pointer(String)
  /// A record header, as text.
  case header(String)
  /// The record's key, as text.
  case recordKey
  /// The record's timestamp, in milliseconds since the Unix epoch.
  case recordTimestamp
  /// The name of the topic.
  case topic
  case constant(String)
}

/// How the text or number of a source becomes a typed value.
public enum MappingConversion: String, Sendable, Equatable, CaseIterable {
  /// By the type of the target field: text as it is, RFC 3339 times, JSON decimals, JSON booleans.
  case automatic = "auto"
  case string
  /// A JSON number, or the same as text.
  case decimal
  /// An integer count of millionths.
  case micros
  /// An integer count of hundredths.
  case cents
  /// RFC 3339 date and time; without an offset it is local time of the catalogue's zone.
  case time
  case epochMillis = "epoch_ms"
  case epochSeconds = "epoch_s"
  /// `YYYY-MM-DD`, the start of that local day.
  case date
  /// `true`/`false`, `1`/`0`, `"true"`/`"false"`, `"yes"`/`"no"`.
  case boolean
  /// An integer count of milliseconds, divided into seconds exactly.
  case millisecondsToSeconds = "ms_to_s"
  /// An integer or decimal count of minutes, multiplied into seconds.
  case minutesToSeconds = "min_to_s"
}

/// How one target gets its value.
public struct MappingRule: Sendable, Equatable {
  /// The first source that is present (and not null) counts.
  public var sources: [MappingSource]
  /// Joins all sources with this text instead of taking the first; absent when any is absent.
  public var joinSeparator: String?
  /// Replaces the text by a table; a text that is missing here becomes `lookupDefault`, or is absent without one.
  public var lookup: [String: String]?
  public var lookupDefault: String?
  public var conversion: MappingConversion
  /// Treats JSON null as absent (unchanged) instead of cleared.
  public var isNullAbsent: Bool

  public init(
    sources: [MappingSource], joinSeparator: String? = nil, lookup: [String: String]? = nil,
    lookupDefault: String? = nil, conversion: MappingConversion = .automatic, isNullAbsent: Bool = false
  ) {
    self.sources = sources
    self.joinSeparator = joinSeparator
    self.lookup = lookup
    self.lookupDefault = lookupDefault
    self.conversion = conversion
    self.isNullAbsent = isNullAbsent
  }
}

/// A condition for a mapping to apply.
public struct MappingCondition: Sendable, Equatable {
  public enum Test: Sendable, Equatable {
    case equalsOneOf([String])
    case exists
    case absent
    case hasPrefix(String)
  }

  public var source: MappingSource
  public var test: Test

  public init(source: MappingSource, test: Test) {
    self.source = source
    self.test = test
  }
}

/// Turns a record of any shape into a canonical event, without code.
///
/// The mappings of a topic are tried in order; the first whose conditions all hold is used. After the configured ones
/// come the built-in ones for CloudEvents and for the canonical event.
public struct MappingDefinition: Sendable, Equatable {
  public var name: String
  /// Topics it applies to; empty for all.
  public var topics: [String]
  public var conditions: [MappingCondition]
  /// Rules by envelope member: `id`, `entity`, `op`, `entityId`, `mergedInto`, `occurredAt`, `version`, `actorId`.
  /// Without a rule for `op` it is `upsert`.
  public var envelope: [String: MappingRule]
  /// Rules by field of the entity's `data`.
  public var data: [String: MappingRule]

  public init(
    name: String, topics: [String] = [], conditions: [MappingCondition] = [],
    envelope: [String: MappingRule], data: [String: MappingRule]
  ) {
    self.name = name
    self.topics = topics
    self.conditions = conditions
    self.envelope = envelope
    self.data = data
  }
}
