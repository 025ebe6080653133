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
  private var sequence: UInt64 = 0

  /// - Throws: `ServiceFault` when the directory cannot be used.
  init(path: String, group: String) throws {
    directory = SnapshotDirectory(path: path, kept: 2)
    try directory.lock()
    self.group = group
  }

  /// Takes a snapshot and writes it.
  ///
  /// - Throws: `POSIXFault` when it cannot be written.
  func take(_ ledger: Ledger) throws -> Cost {
    sequence += 1
    let begun = WallClock.steadyMicros()
    let state = ledger.encodeState()
    let encoded = WallClock.steadyMicros()
    try directory.write(
      SnapshotFile(
        sequence: sequence, createdMillis: WallClock.nowMillis(), group: group, build: "bench", state: state))
    return Cost(
      pauseMicros: UInt64(encoded - begun), writeMicros: UInt64(WallClock.steadyMicros() - encoded),
      bytes: state.count)
  }
}
