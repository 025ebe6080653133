/// What the loop counts and times besides the books, since the process started.
public struct RunFigures: Sendable, Equatable {
  /// What happened to the group.
  public enum Rebalance: String, Sendable, CaseIterable {
    case assigned, revoked, lost
  }

  /// From the beginning of a publication until it was committed.
  public private(set) var commit = Histogram()
  /// From the timestamp of a record until the updates it led to were committed: for the first record of each
  /// batch.
  public private(set) var eventToEmit = Histogram()
  public private(set) var rebalances: [Rebalance: UInt64] = [:]
  /// How long the last restore took, silent replay included, in milliseconds; nil before it ended.
  public private(set) var restoreMillis: Int64?
  /// Records that it replayed in silence.
  public private(set) var restoreRecordCount: UInt64 = 0

  /// Timestamps of records that no commit holds yet.
  private var waiting: [Int64] = []
  private var restoreStartMillis: Int64?
  private var restoreStartRead: UInt64 = 0

  /// More batches than this between two commits are not observed one by one.
  private static let waitingMax = 1_024

  public init() {}

  /// A batch was read whose first record has this timestamp, in milliseconds since the Unix epoch.
  mutating func noteBatch(timestampMillis: Int64) {
    guard timestampMillis > 0, waiting.count < Self.waitingMax else { return }
    waiting.append(timestampMillis)
  }

  /// - Parameters:
  ///   - millis: how long the publication took.
  ///   - now: milliseconds since the Unix epoch.
  mutating func noteCommit(millis: Int64, now: Int64) {
    commit.observe(millis: millis)
    for timestamp in waiting { eventToEmit.observe(millis: now - timestamp) }
    waiting.removeAll(keepingCapacity: true)
  }

  mutating func note(_ rebalance: Rebalance) {
    rebalances[rebalance, default: 0] += 1
    waiting.removeAll(keepingCapacity: true)
  }

  /// - Parameter read: events in the books that were restored.
  mutating func beginRestore(steadyMillis: Int64, read: UInt64) {
    (restoreStartMillis, restoreStartRead) = (steadyMillis, read)
  }

  /// Notes the end of a restore when there is one under way.
  mutating func endRestore(steadyMillis: Int64, read: UInt64) {
    guard let start = restoreStartMillis else { return }
    restoreStartMillis = nil
    restoreMillis = steadyMillis - start
    restoreRecordCount = read - min(read, restoreStartRead)
  }
}
