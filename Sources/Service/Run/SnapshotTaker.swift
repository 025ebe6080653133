import Core
import Dispatch
import Logging
import Synchronization

/// Takes snapshots at commit boundaries and writes them on a thread of its own, one at a time.
///
/// Their rows are copied little by little while events are processed.
final class SnapshotTaker {
  /// What the writing thread leaves behind.
  private final class Written: Sendable {
    let status = Mutex(SnapshotStatus())
    /// How far the newest written state has read; `max` before the first.
    let read = Atomic<UInt64>(.max)
    let series: Mutex<SnapshotSeries>

    init(series: SnapshotSeries) { self.series = Mutex(series) }
  }

  /// A snapshot that is being encoded, and how far its state has read.
  private struct Begun {
    let outline: SnapshotOutline
    let ledger: Ledger
    let read: UInt64
  }

  private let directory: SnapshotDirectory
  private let group: String
  private let build: String
  var intervalMillis: Int64
  private let pieceBytes: Int
  private let logger: Logger
  private let queue = DispatchQueue(label: "nadi.snapshots")
  /// Taken from the beginning of a snapshot until it is written.
  private let writing = DispatchSemaphore(value: 1)
  private var begun: Begun?
  private let written: Written
  private var lastSteadyMillis = WallClock.steadyMillis()

  /// - Parameter pieceBytes: how much is copied at one time while events wait.
  init(
    directory: SnapshotDirectory, group: String, build: String, intervalMillis: Int64,
    pieceBytes: Int = SnapshotOutline.pieceBytes, logger: Logger
  ) throws(ServiceFault) {
    self.directory = directory
    self.group = group
    self.build = build
    self.intervalMillis = intervalMillis
    self.pieceBytes = pieceBytes
    self.logger = logger
    written = Written(series: SnapshotSeries(behind: try directory.newestSequence()))
  }

  deinit {
    // A semaphore must not end below where it began.
    if begun != nil { writing.signal() }
  }

  /// Snapshots written so far.
  var count: UInt64 { status.count }

  var status: SnapshotStatus { written.status.withLock { $0 } }

  /// A state was restored from a snapshot, whose changes the next ones can hold.
  func adopt(_ snapshot: LoadedSnapshot) { written.series.withLock { $0.adopt(snapshot) } }

  /// Takes a snapshot when the interval is over, something changed, and none is being written.
  func takeIfDue(_ ledger: Ledger) {
    let now = WallClock.steadyMillis()
    guard now - lastSteadyMillis >= intervalMillis, isNews(ledger) else { return }
    guard writing.wait(timeout: .now()) == .success else { return }
    lastSteadyMillis = now
    begin(ledger)
    proceed()
  }

  /// Whether a snapshot waits for `proceed`.
  var isBegun: Bool { begun != nil }

  /// Copies the next piece of a snapshot that is being encoded, and has it written when that was the last.
  func proceed() { proceed(bytes: pieceBytes) }

  private func proceed(bytes: Int) {
    guard let begun, let draft = begun.outline.proceed(begun.ledger, bytes: bytes) else { return }
    self.begun = nil
    let (read, directory, logger, writing, written) = (begun.read, directory, logger, writing, written)
    queue.async {
      Self.write(draft, read: read, directory, logger, written)
      writing.signal()
    }
  }

  /// Takes a snapshot now and returns when it is written.
  func takeNow(_ ledger: Ledger) {
    finish()
    guard isNews(ledger) else { return }
    writing.wait()
    begin(ledger)
    finish()
  }

  /// The same, whether or not there are events that no snapshot holds: the state was changed in another way.
  func takeAnyway(_ ledger: Ledger) {
    finish()
    written.read.store(.max, ordering: .relaxed)
    takeNow(ledger)
  }

  /// Completes the snapshot that is being encoded or written, if any.
  func finish() {
    proceed(bytes: .max)
    writing.wait()
    writing.signal()
  }

  /// Whether the state has read further than any written snapshot.
  private func isNews(_ ledger: Ledger) -> Bool {
    Self.read(ledger) != written.read.load(ordering: .relaxed)
  }

  /// How far a state has read: offsets, of all partitions together.
  private static func read(_ ledger: Ledger) -> UInt64 {
    ledger.tasks.reduce(0) { $0 &+ UInt64($1.position) }
  }

  private func begin(_ ledger: Ledger) {
    let outline = written.series.withLock {
      $0.begin(ledger, createdMillis: WallClock.nowMillis(), group: group, build: build)
    }
    begun = Begun(outline: outline, ledger: ledger, read: Self.read(ledger))
  }

  private static func write(
    _ draft: SnapshotDraft, read: UInt64, _ directory: SnapshotDirectory, _ logger: Logger, _ written: Written
  ) {
    let start = WallClock.steadyMillis()
    do {
      let file = try directory.write(draft)
      let duration = WallClock.steadyMillis() - start
      written.series.withLock { $0.note(draft, file) }
      written.status.withLock { status in
        status.count += 1
        status.lastMillis = WallClock.nowMillis()
        status.lastDurationMillis = duration
        status.lastBytes = file.byteCount
      }
      written.read.store(read, ordering: .relaxed)
      logger.info(
        "wrote a snapshot",
        metadata: [
          "sequence": "\(draft.header.sequence)", "bytes": "\(file.byteCount)", "millis": "\(duration)",
          "holds": draft.header.base == nil ? "all" : "changes",
        ])
    } catch {
      written.series.withLock { $0.note(draft, nil) }
      let reason = (error as? POSIXFault)?.codeName ?? (draft.changes.isTooLarge ? "size" : "base")
      written.status.withLock { $0.failures[reason, default: 0] += 1 }
      logger.error(
        "a snapshot could not be written; processing goes on with the one before it",
        metadata: ["error": "\(error)"])
    }
  }
}
