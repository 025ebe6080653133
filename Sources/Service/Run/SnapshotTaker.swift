import Core
import Dispatch
import Logging

/// Takes snapshots at commit boundaries and writes them on a thread of its own, one at a time.
final class SnapshotTaker {
  private let directory: SnapshotDirectory
  private let group: String
  private let build: String
  private let intervalMillis: Int64
  private let logger: Logger
  private let queue = DispatchQueue(label: "nadi.snapshots")
  private let writing = DispatchSemaphore(value: 1)
  private var sequence: UInt64
  private var lastSteadyMillis = WallClock.steadyMillis()
  private var lastRead: UInt64 = .max
  private(set) var count: UInt64 = 0

  init(directory: SnapshotDirectory, group: String, build: String, intervalMillis: Int64, logger: Logger) {
    self.directory = directory
    self.group = group
    self.build = build
    self.intervalMillis = intervalMillis
    self.logger = logger
    let newest = directory.files().first ?? ""
    sequence = UInt64(newest.dropFirst("snapshot-".count).dropLast(".nadi".count)) ?? 0
  }

  /// Takes a snapshot when the interval is over, something changed, and none is being written.
  func takeIfDue(_ ledger: Ledger) {
    let now = WallClock.steadyMillis()
    guard now - lastSteadyMillis >= intervalMillis, ledger.books.read != lastRead else { return }
    guard writing.wait(timeout: .now()) == .success else { return }
    lastSteadyMillis = now
    let file = next(ledger)
    let (directory, logger, writing) = (directory, logger, writing)
    queue.async {
      Self.write(file, directory, logger)
      writing.signal()
    }
  }

  /// Takes a snapshot now and returns when it is written.
  func takeNow(_ ledger: Ledger) {
    writing.wait()
    defer { writing.signal() }
    guard ledger.books.read != lastRead else { return }
    Self.write(next(ledger), directory, logger)
  }

  /// Waits for the snapshot being written, if any.
  func finish() {
    writing.wait()
    writing.signal()
  }

  private func next(_ ledger: Ledger) -> SnapshotFile {
    sequence += 1
    count += 1
    lastRead = ledger.books.read
    return SnapshotFile(
      sequence: sequence, createdMillis: WallClock.nowMillis(), group: group, build: build,
      state: ledger.encodeState())
  }

  private static func write(_ file: SnapshotFile, _ directory: SnapshotDirectory, _ logger: Logger) {
    let start = WallClock.steadyMillis()
    do {
      try directory.write(file)
      logger.info(
        "wrote a snapshot",
        metadata: [
          "sequence": "\(file.sequence)", "bytes": "\(file.state.count)",
          "millis": "\(WallClock.steadyMillis() - start)",
        ])
    } catch {
      logger.error(
        "a snapshot could not be written; processing goes on with the one before it",
        metadata: ["error": "\(error)"])
    }
  }
}
