import Core
import Service

/// Takes snapshots as the daemon does: encoded while processing waits, then written.
final class SnapshotProbe {
  /// What one snapshot took.
  struct Cost {
    /// For how long no event can be processed.
    var pauseMicros: UInt64
    var writeMicros: UInt64
    var bytes: Int
  }

  private let directory: SnapshotDirectory
  private let group: String
  private var series: SnapshotSeries

  /// - Throws: `ServiceFault` when the directory cannot be used.
  init(path: String, group: String) throws {
    directory = SnapshotDirectory(path: path, kept: 2)
    try directory.lock()
    series = SnapshotSeries(behind: try directory.newestSequence())
    self.group = group
  }

  /// Takes a snapshot and writes it.
  ///
  /// - Throws: `POSIXFault` when it cannot be written.
  func take(_ ledger: Ledger) throws -> Cost {
    let begun = WallClock.steadyMicros()
    let draft = series.next(ledger, createdMillis: WallClock.nowMillis(), group: group, build: "bench")
    let encoded = WallClock.steadyMicros()
    let written = try directory.write(draft)
    series.note(draft, written)
    return Cost(
      pauseMicros: UInt64(encoded - begun), writeMicros: UInt64(WallClock.steadyMicros() - encoded),
      bytes: written.byteCount)
  }
}
