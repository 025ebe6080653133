import Core

/// Collects the updates of one transaction for a tap, and hands them over only when it is committed.
///
/// Only the thread that publishes uses it.
final class TapWriter {
  private let tap: UpdateTap
  private var bytes: [UInt8] = []
  private var updates: [CommittedUpdate] = []
  private var omitted: UInt64 = 0
  private var omitsCompany = false
  /// What earlier batches left out and no listener has been told of.
  private var untold: (omitted: UInt64, omitsCompany: Bool) = (0, false)

  /// The part of the bound that only the company's updates may use.
  private static let reservePercent = 20

  init(_ tap: UpdateTap) { self.tap = tap }

  /// Begins an attempt: what an attempt before it added was not committed.
  func begin() {
    bytes.removeAll(keepingCapacity: true)
    updates.removeAll(keepingCapacity: true)
    (omitted, omitsCompany) = (0, false)
  }

  func add(_ update: Update, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    let isCompany = update.firstId.isAbsent
    let size = key.count + value.count + update.parentId.count
    let limit =
      isCompany ? tap.commitBytesMax : tap.commitBytesMax / 100 * (100 - Self.reservePercent)
    guard bytes.count + size <= limit else {
      omitted += 1
      omitsCompany = omitsCompany || isCompany
      return
    }
    let start = bytes.count
    bytes.append(contentsOf: key)
    bytes.append(contentsOf: value)
    bytes.append(
      contentsOf: UnsafeRawBufferPointer(start: update.parentId.start, count: update.parentId.count))
    let valueStart = start + key.count
    let parentStart = valueStart + value.count
    updates.append(
      CommittedUpdate(
        key: start..<valueStart, value: valueStart..<parentStart, parentId: parentStart..<bytes.count,
        start: update.start, end: update.end, number: update.value, isCompany: isCompany,
        isTombstone: update.isTombstone))
  }

  /// The attempt was committed: hands over what it added.
  func commit() {
    untold.omitted += omitted
    untold.omitsCompany = untold.omitsCompany || omitsCompany
    guard !updates.isEmpty || untold.omitted > 0 else { return }
    let batch = CommittedUpdates(
      bytes: bytes, updates: updates, omitted: untold.omitted, omitsCompany: untold.omitsCompany)
    if tap.handOver(batch) {
      untold = (0, false)
    } else {
      untold = (untold.omitted + UInt64(updates.count), true)
    }
    // The batch keeps the memory, so the next attempt begins with its own.
    bytes = []
    updates = []
    (omitted, omitsCompany) = (0, false)
  }
}
