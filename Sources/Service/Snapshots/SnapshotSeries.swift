import Core

/// Decides which snapshots hold the whole state, and which only what changed since the last one that does.
///
/// Either is taken at the cost of what changed. A whole one comes first, and then whenever the changes have become half as
/// large as it; what has not changed since the one before is then copied from its file when it is written. Behind a
/// restart the snapshot that was restored is the one before.
public struct SnapshotSeries: Sendable {
  /// The number of the last one.
  public private(set) var sequence: UInt64
  /// The last whole one that was written, or the one that was restored, and the bytes of its state.
  private var base: SnapshotHeader.Base?
  private var isBaseWhole = true
  private var baseBytes = 0
  /// New bytes of the last one since.
  private var changedBytes = 0

  /// - Parameter sequence: the number of the newest snapshot there is, or 0.
  public init(behind sequence: UInt64) { self.sequence = sequence }

  /// Has a ledger begin to encode its state. Tell `note` what became of it before the next.
  public mutating func begin(
    _ ledger: Ledger, createdMillis: Int64, group: String, build: String
  ) -> SnapshotOutline {
    sequence += 1
    let source = ledger.base == base?.sequence ? base : nil
    let isWhole = source == nil || !isBaseWhole || changedBytes > baseBytes / 2
    ledger.beginEncoding(isRelative: source != nil, asBase: isWhole ? sequence : nil)
    return SnapshotOutline(
      header: SnapshotHeader(
        sequence: sequence, createdMillis: createdMillis, group: group, build: build,
        base: isWhole ? nil : source), source: source)
  }

  /// - Parameter written: nil when it could not be written.
  public mutating func note(_ draft: SnapshotDraft, _ written: WrittenSnapshot?) {
    changedBytes = draft.header.base == nil ? 0 : draft.changes.addedCount
    guard draft.header.base == nil else { return }
    base = written.map {
      SnapshotHeader.Base(sequence: draft.header.sequence, checksum: $0.checksum)
    }
    isBaseWhole = true
    baseBytes = draft.changes.byteCount
  }

  /// Takes a snapshot that a state was restored from as what its changes are told by, if the ledger took it so, too.
  public mutating func adopt(_ snapshot: LoadedSnapshot) {
    base = SnapshotHeader.Base(sequence: snapshot.header.sequence, checksum: snapshot.checksum)
    isBaseWhole = snapshot.header.base == nil
    (baseBytes, changedBytes) = (snapshot.state.count, 0)
  }
}
