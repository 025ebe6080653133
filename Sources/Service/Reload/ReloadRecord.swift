/// How reading the configuration again went so far.
public struct ReloadRecord: Sendable, Equatable {
  public var takenCount: UInt64 = 0
  public var refusedCount: UInt64 = 0
  /// Whether the last configuration that was read is in use; true before the first.
  public var isLastTaken = true
  /// When the configuration in use was taken, in milliseconds since the Unix epoch: at the start at first.
  public var lastTakenMillis: Int64

  public init(lastTakenMillis: Int64) { self.lastTakenMillis = lastTakenMillis }
}
