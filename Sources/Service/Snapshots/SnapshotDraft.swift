import Core

/// A snapshot about to be written.
public struct SnapshotDraft: Sendable {
  public var header: SnapshotHeader
  /// The state, by its difference to `source`.
  public let changes: StateChanges
  /// The snapshot that the changes were told by; nil when they are the whole state. If the header has no base, both are put
  /// together when the file is written.
  public let source: SnapshotHeader.Base?

  public init(header: SnapshotHeader, changes: StateChanges, source: SnapshotHeader.Base? = nil) {
    self.header = header
    self.changes = changes
    self.source = source
  }
}

/// What is known of a snapshot that was written.
public struct WrittenSnapshot: Sendable, Equatable {
  /// That of the content.
  public let checksum: UInt32
  /// Size of the file.
  public let byteCount: Int
}

/// A snapshot that was read, with what it is based on.
public struct LoadedSnapshot: Sendable, Equatable {
  public let header: SnapshotHeader
  public let format: UInt32
  /// That of the file's content.
  public let checksum: UInt32
  /// Size of the file, without its base.
  public let byteCount: Int
  /// The whole state.
  public let state: [UInt8]
}
