/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public typealias Instant = Int64

/// Lengths in milliseconds, and the range of instants that calendar arithmetic accepts.
public enum Millis {
  /// One second in milliseconds.
  public static let second: Int64 = 1_000
  /// One minute in milliseconds.
  public static let minute: Int64 = 60_000
  /// One hour in milliseconds.
  public static let hour: Int64 = 3_600_000
  /// Twenty-four hours in milliseconds, which a local day need not have.
  public static let day: Int64 = 86_400_000

  /// Calendar arithmetic takes instants nearer to the ends of Int64 as if they were at this distance,
  /// so that no hostile timestamp can overflow: 9·10¹⁸ ms is more than 285 million years.
  static let limit: Int64 = 9_000_000_000_000_000_000

  @inline(__always)
  static func clamped(_ instant: Instant) -> Instant {
    min(max(instant, -limit), limit)
  }
}

/// The quotient rounded towards minus infinity; the divisor must be positive.
@inline(__always)
func floorDivide<Number: FixedWidthInteger & SignedInteger>(_ value: Number, by divisor: Number) -> Number {
  let quotient = value / divisor
  return value % divisor < 0 ? quotient - 1 : quotient
}
