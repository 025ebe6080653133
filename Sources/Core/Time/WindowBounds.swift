/// The half-open interval [start, end) of event time that a window covers.
public struct WindowBounds: Hashable, Sendable {
  /// The first instant in the window.
  public let start: Instant
  /// The first instant after the window.
  public let end: Instant

  /// The window [start, end).
  public init(start: Instant, end: Instant) {
    self.start = start
    self.end = end
  }

  /// The start of the window that is all of time.
  public static let earliest: Instant = .min
  /// The end of the window that is all of time.
  public static let latest: Instant = .max
  /// The one window of `WindowKind.all`.
  public static let all = WindowBounds(start: earliest, end: latest)

  /// Whether the instant lies in the window.
  public func contains(_ instant: Instant) -> Bool {
    start <= instant && instant < end
  }
}
