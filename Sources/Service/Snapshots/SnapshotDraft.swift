import Core

/// A snapshot whose state is being encoded.
public struct SnapshotOutline: Sendable {
  public let header: SnapshotHeader
  /// As in the draft.
  public let source: SnapshotHeader.Base?

  /// How much is copied at one time while events wait: some two milliseconds.
  public static let pieceBytes = 2 << 20

  /// Goes on with the encoding.
  ///
  /// - Parameters:
  ///   - ledger: the one that began it.
  ///   - limit: how many bytes are copied at most, about; no event can be processed meanwhile.
  /// - Returns: the snapshot when all of the state is there.
  public func proceed(_ ledger: Ledger, bytes limit: Int = .max) -> SnapshotDraft? {
    ledger.continueEncoding(bytes: limit).map { SnapshotDraft(header: header, changes: $0, source: source) }
  }
}

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
