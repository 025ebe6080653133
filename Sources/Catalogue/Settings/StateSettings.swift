import Core

/// Where snapshots are kept, and how many.
public struct StateSettings: Sendable, Equatable {
  public var directory: String
  public var snapshotIntervalMillis: Int64
  public var snapshotsKept: Int

  public init(
    directory: String = "./nadi-state", snapshotIntervalMillis: Int64 = Millis.minute, snapshotsKept: Int = 3
  ) {
    self.directory = directory
    self.snapshotIntervalMillis = snapshotIntervalMillis
    self.snapshotsKept = snapshotsKept
  }
}
