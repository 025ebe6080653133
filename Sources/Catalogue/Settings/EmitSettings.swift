import Core

/// How often updates are published.
public struct EmitSettings: Sendable, Equatable {
  /// The least time between two updates of one cell, in milliseconds.
  public var intervalMillis: Int64

  public init(intervalMillis: Int64 = Millis.second) { self.intervalMillis = intervalMillis }
}
