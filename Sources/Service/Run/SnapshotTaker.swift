import Core
import Dispatch
import Logging
import Synchronization

/// Takes snapshots at commit boundaries and writes them on a thread of its own, one at a time.
final class SnapshotTaker {
  /// What the writing thread leaves behind.
  private final class Written: Sendable {
    let status = Mutex(SnapshotStatus())
    /// Events that the newest written state reflects; `max` before the first.
    let read = Atomic<UInt64>(.max)
  }

  private let directory: SnapshotDirectory
  private let group: String
  private let build: String
  var intervalMillis: Int64
  private let logger: Logger
  private let queue = DispatchQueue(label: "nadi.snapshots")
  private let writing = DispatchSemaphore(value: 1)
  private let written = Written()
  private var sequence: UInt64
  private var lastSteadyMillis = WallClock.steadyMillis()

  init(directory: SnapshotDirectory, group: String, build: String, intervalMillis: Int64, logger: Logger)
    throws(ServiceFault)
  {
    self.directory = directory
    self.group = group
    self.build = build
    self.intervalMillis = intervalMillis
    self.logger = logger
    let newest = try directory.files().first ?? ""
    sequence = UInt64(newest.dropFirst("snapshot-".count).dropLast(".nadi".count)) ?? 0
  }

  /// Snapshots written so far.
  var count: UInt64 { status.count }

  var status: SnapshotStatus { written.status.withLock { $0 } }

  /// Takes a snapshot when the interval is over, something changed, and none is being written.
  func takeIfDue(_ ledger: Ledger) {
    let now = WallClock.steadyMillis()
    guard now - lastSteadyMillis >= intervalMillis, isNews(ledger) else { return }
    guard writing.wait(timeout: .now()) == .success else { return }
    lastSteadyMillis = now
    let file = next(ledger)
    let read = ledger.books.read
    let (directory, logger, writing, written) = (directory, logger, writing, written)
    queue.async {
      Self.write(file, read: read, directory, logger, written)
      writing.signal()
    }
  }

  /// Takes a snapshot now and returns when it is written.
  func takeNow(_ ledger: Ledger) {
    writing.wait()
    defer { writing.signal() }
    guard isNews(ledger) else { return }
    Self.write(next(ledger), read: ledger.books.read, directory, logger, written)
  }

  /// The same, whether or not there are events that no snapshot holds: the state was changed in another way.
  func takeAnyway(_ ledger: Ledger) {
    written.read.store(.max, ordering: .relaxed)
    takeNow(ledger)
  }

  /// Waits for the snapshot being written, if any.
  func finish() {
    writing.wait()
    writing.signal()
  }

  /// Whether the state holds events that no written snapshot does.
  private func isNews(_ ledger: Ledger) -> Bool {
    ledger.books.read != written.read.load(ordering: .relaxed)
  }

  private func next(_ ledger: Ledger) -> SnapshotFile {
    sequence += 1
    return SnapshotFile(
      sequence: sequence, createdMillis: WallClock.nowMillis(), group: group, build: build,
      state: ledger.encodeState())
  }

  private static func write(
    _ file: SnapshotFile, read: UInt64, _ directory: SnapshotDirectory, _ logger: Logger, _ written: Written
  ) {
    let start = WallClock.steadyMillis()
    do {
      try directory.write(file)
      let duration = WallClock.steadyMillis() - start
      written.status.withLock { status in
        status.count += 1
        status.lastMillis = WallClock.nowMillis()
        status.lastDurationMillis = duration
        status.lastBytes = file.state.count
      }
      written.read.store(read, ordering: .relaxed)
      logger.info(
        "wrote a snapshot",
        metadata: [
          "sequence": "\(file.sequence)", "bytes": "\(file.state.count)",
          "millis": "\(duration)",
        ])
    } catch {
      written.status.withLock { $0.failures[error.codeName, default: 0] += 1 }
      logger.error(
        "a snapshot could not be written; processing goes on with the one before it",
        metadata: ["error": "\(error)"])
    }
  }
}
