/// How the snapshots are doing.
public struct SnapshotStatus: Sendable, Equatable {
  public var count: UInt64 = 0
  /// When the newest one was written, in milliseconds since the Unix epoch; nil before the first.
  public var lastMillis: Int64?
  public var lastDurationMillis: Int64 = 0
  public var lastBytes = 0
  /// By the name of the error, such as ENOSPC.
  public var failures: [String: UInt64] = [:]

  public init() {}
}
