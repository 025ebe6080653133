import Core
import Service

/// How the daemon is doing, in one document.
struct StateDocument: Encodable {
  struct View: Encodable {
    var cells: Int
    var bytes: Int
    var updates: UInt64
    var evicted: UInt64
    var omitted: UInt64
  }

  /// How often another configuration was taken or refused; left out when there is no file to read again.
  struct Reloads: Encodable {
    var taken: UInt64
    var refused: UInt64
    var isLastTaken: Bool
    /// When the configuration in use was taken.
    var lastTakenAt: String?

    init(_ record: ReloadRecord) {
      (taken, refused, isLastTaken) = (record.takenCount, record.refusedCount, record.isLastTaken)
      lastTakenAt = TimeText.utc(record.lastTakenMillis)
    }
  }

  var version: String
  var group: String
  var phase: String
  var isAlive: Bool
  var isReady: Bool
  var checks: [ReadinessCheck]
  var now: String
  var startedAt: String
  var loopStallSeconds: Double
  var partitions: Int
  var partitionsAssigned: Int
  var lag: Int64
  /// Event time; left out before the first event.
  var streamTime: String?
  var watermark: String?
  var books: BooksDocument
  var updates: UInt64
  var commits: UInt64
  var failedCommits: UInt64
  var deadLetters: UInt64
  var deadLettersByReason: [String: UInt64]
  var lateRecords: UInt64
  var cells: Int
  var rows: Int
  var snapshots: UInt64
  var reloads: Reloads?
  var view: View

  init(_ state: WebState) {
    let status = state.monitor.status
    version = state.build
    group = state.configuration.kafka.group
    phase = status.phase.rawValue
    checks = state.readiness()
    isAlive = state.isAlive
    isReady = checks.allSatisfy(\.isPassed)
    now = TimeText.utc(WallClock.nowMillis()) ?? ""
    startedAt = TimeText.utc(state.startMillis) ?? ""
    loopStallSeconds = Double(state.monitor.stallMillis) / 1_000
    partitions = status.partitionTotal
    partitionsAssigned = status.partitions.count
    lag = status.lag
    streamTime = TimeText.utc(status.streamTime)
    watermark = TimeText.utc(status.watermark)
    books = BooksDocument(status.books)
    updates = status.updateCount
    commits = status.commitCount
    failedCommits = status.abortCounts.values.reduce(0, +)
    deadLetters = status.deadLetterCount
    deadLettersByReason = status.deadLetterReasons
    lateRecords = status.lateCount
    cells = status.cellCount
    rows = status.rowCount
    snapshots = status.snapshots.count
    reloads = status.reloads.map { Reloads($0) }
    let figures = state.view.figures
    view = View(
      cells: figures.cells, bytes: figures.bytes, updates: figures.updates, evicted: figures.evicted,
      omitted: figures.omitted)
  }
}

/// The account of events: read = counted + duplicate + late + filtered + rejected.
struct BooksDocument: Encodable {
  var read: UInt64
  var counted: UInt64
  var duplicate: UInt64
  var late: UInt64
  var filtered: UInt64
  var rejected: UInt64
  var retractions: UInt64
  var isBalanced: Bool

  init(_ books: Books) {
    (read, counted, duplicate) = (books.read, books.counted, books.duplicate)
    (late, filtered, rejected) = (books.late, books.filtered, books.rejected)
    (retractions, isBalanced) = (books.retractions, books.isBalanced)
  }
}

/// Points in time for people and programs.
enum TimeText {
  /// RFC 3339 in UTC; nil when there is none.
  static func utc(_ millis: Int64) -> String? {
    guard millis > WindowBounds.earliest, millis < WindowBounds.latest else { return nil }
    return Zone.utc.format(millis)
  }
}
