import Core
import Service

/// Takes snapshots as the daemon does: encoded piece by piece between events, then written.
final class SnapshotProbe {
  /// What one snapshot took.
  struct Cost {
    /// For how long no event could be processed at one time, and in all.
    var longestMicros: UInt64 = 0
    var encodeMicros: UInt64 = 0
    var writeMicros: UInt64 = 0
    var bytes = 0

    fileprivate mutating func add(pauseSince begun: Int64) {
      let pause = UInt64(WallClock.steadyMicros() - begun)
      longestMicros = max(longestMicros, pause)
      encodeMicros += pause
    }
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
  /// - Parameter between: what is done between two pieces.
  /// - Throws: `POSIXFault` when it cannot be written.
  func take(_ ledger: Ledger, between: () -> Void = {}) throws -> Cost {
    var cost = Cost()
    var begun = WallClock.steadyMicros()
    let outline = series.begin(ledger, createdMillis: WallClock.nowMillis(), group: group, build: "bench")
    while true {
      let complete = outline.proceed(ledger, bytes: SnapshotOutline.pieceBytes)
      cost.add(pauseSince: begun)
      if let complete { return try write(complete, cost) }
      between()
      begun = WallClock.steadyMicros()
    }
  }

  private func write(_ draft: SnapshotDraft, _ encoding: Cost) throws -> Cost {
    var cost = encoding
    let begun = WallClock.steadyMicros()
    let written = try directory.write(draft)
    series.note(draft, written)
    cost.writeMicros = UInt64(WallClock.steadyMicros() - begun)
    cost.bytes = written.byteCount
    return cost
  }
}
