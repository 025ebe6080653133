/// A property that groups events: the field of each entity that holds it.
public struct DimensionDefinition: Sendable, Equatable {
  /// The name used by scopes, such as `rep`.
  public var name: String
  /// The field's name by entity name. An entity that is missing here has no such dimension.
  public var fields: [String: String]
  /// Whether it names who the number belongs to, and so follows the attribution (rep, team, region).
  public var isOwnership: Bool

  public init(name: String, fields: [String: String], isOwnership: Bool = false) {
    self.name = name
    self.fields = fields
    self.isOwnership = isOwnership
  }
}

/// Whose number it is: no dimension (the company), one, or two combined.
public struct ScopeDefinition: Sendable, Equatable {
  public var name: String
  /// Zero, one or two names of dimensions.
  public var dimensions: [String]
  /// The scope one level up, published as `parent`.
  public var parent: String?

  public init(name: String, dimensions: [String], parent: String? = nil) {
    self.name = name
    self.dimensions = dimensions
    self.parent = parent
  }
}

/// A kind of window with its life cycle.
public struct WindowDefinition: Sendable, Equatable {
  /// The grain as published, such as `day` or `fiscal_quarter`.
  public var name: String
  public var kind: WindowKind
  /// How long past its end a window accepts stream events, in milliseconds.
  public var graceMillis: Int64
  /// How long past its end a window is kept and can be corrected, in milliseconds; at least the grace.
  public var retentionMillis: Int64

  public init(name: String, kind: WindowKind, graceMillis: Int64, retentionMillis: Int64) {
    self.name = name
    self.kind = kind
    self.graceMillis = graceMillis
    self.retentionMillis = retentionMillis
  }
}

/// Zones by the value of a dimension: for example each region has its own days.
public struct ScopeZones: Sendable, Equatable {
  /// The dimension whose value decides.
  public var dimension: String
  /// The scopes whose calendar windows follow it; others keep the catalogue's zone.
  public var scopes: [String]
  /// Values that are missing here have the catalogue's zone.
  public var zones: [String: Zone]

  public init(dimension: String, scopes: [String], zones: [String: Zone]) {
    self.dimension = dimension
    self.scopes = scopes
    self.zones = zones
  }
}

/// Who gets a zero when a window closes without any event.
public struct RosterDefinition: Sendable, Equatable {
  public enum Members: Sendable, Equatable {
    /// These ids.
    case declared([String])
    /// Every id from its first event until `horizonMillis` after its last one.
    case learnt
  }

  /// By the name of a scope of at most one dimension.
  public var scopes: [String: Members]
  /// Names of the windows that yield zeros.
  public var windows: [String]
  public var horizonMillis: Int64

  public init(scopes: [String: Members], windows: [String], horizonMillis: Int64) {
    self.scopes = scopes
    self.windows = windows
    self.horizonMillis = horizonMillis
  }
}

/// Everything that says what the numbers are, by name; `Catalogue` is its compiled form.
public struct CatalogueDefinition: Sendable {
  /// The zone of calendar windows and of dates without a time.
  public var zone: Zone
  public var entities: [EntityDefinition]
  public var dimensions: [DimensionDefinition]
  public var scopes: [ScopeDefinition]
  public var windows: [WindowDefinition]
  public var measures: [MeasureDefinition]
  public var metrics: [MetricDefinition]
  /// How far behind the greatest event time of a partition its events may come without being out of order.
  public var disorderMillis: Int64
  /// How far ahead of its record's timestamp an event may lie before it is a dead letter.
  public var futureSkewMillis: Int64
  /// For how long (in event time) event ids are remembered; 0 turns deduplication off.
  public var duplicateHorizonMillis: Int64
  /// How long after its last event a row that holds no level is kept for corrections.
  public var rowRetentionMillis: Int64
  /// The greatest number of distinct dimension values of one partition; more fall into `__other__`.
  public var maximumDimensionValues: Int
  public var scopeZones: ScopeZones?
  /// Nil yields no zeros.
  public var roster: RosterDefinition?
  /// Whether the key of a cell past its retention gets a tombstone.
  public var hasTombstones = false

  public init(
    zone: Zone, entities: [EntityDefinition], dimensions: [DimensionDefinition], scopes: [ScopeDefinition],
    windows: [WindowDefinition], measures: [MeasureDefinition], metrics: [MetricDefinition],
    disorderMillis: Int64, futureSkewMillis: Int64, duplicateHorizonMillis: Int64, rowRetentionMillis: Int64,
    maximumDimensionValues: Int
  ) {
    self.zone = zone
    self.entities = entities
    self.dimensions = dimensions
    self.scopes = scopes
    self.windows = windows
    self.measures = measures
    self.metrics = metrics
    self.disorderMillis = disorderMillis
    self.futureSkewMillis = futureSkewMillis
    self.duplicateHorizonMillis = duplicateHorizonMillis
    self.rowRetentionMillis = rowRetentionMillis
    self.maximumDimensionValues = maximumDimensionValues
  }
}
