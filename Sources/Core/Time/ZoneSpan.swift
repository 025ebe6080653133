/// The time between two transitions of a zone, [start, end), in which its offset does not change.
///
/// Before the first transition `start` is `Int64.min`; after the last, `end` is `Int64.max`.
public struct ZoneSpan: Hashable, Sendable {
  /// The transition that begins the span.
  public let start: Instant
  /// The transition that ends the span.
  public let end: Instant
  /// Local time minus UTC, in milliseconds.
  public let offsetMillis: Int64
}
