/// Decides what a service manager is told, from how the service is doing; it sends nothing itself.
///
/// ```
/// starting ──running──▶ ready ──reload──▶ reloading ──done──▶ ready
///     └──────────────────┴───────stop──────▶ stopping
/// ```
/// The words are those of systemd's sd_notify(3). The time is a monotonic clock's, in microseconds.
struct ServiceNotices {
  /// Until when a start may take from the last sign of progress, in microseconds. A snapshot of some gigabytes is
  /// read within it, which is the longest step without such a sign.
  static let extensionMicros: Int64 = 300_000_000
  /// The least time between two texts of the status.
  static let statusMicros: Int64 = 5_000_000

  static let beatMicros: Int64 = 1_000_000

  private(set) var isReady = false
  private var isStopping = false
  private var lastPhase: RunStatus.Phase?
  private var lastRead: UInt64 = 0
  private var lastBeatMicros = Int64.min / 2
  private var lastStatusMicros = Int64.min / 2
  /// Whether the service manager wants to hear that the loop advances.
  let hasWatchdog: Bool

  init(hasWatchdog: Bool) { self.hasWatchdog = hasWatchdog }

  /// What to say about a turn of the processing loop; nil when there is nothing new.
  mutating func turn(_ status: RunStatus, nowMicros: Int64) -> String? {
    guard !isStopping else { return nil }
    var lines: [String] = []
    if status.phase == .stopping {
      isStopping = true
      return "STOPPING=1\nSTATUS=\(Self.text(status))\nEXTEND_TIMEOUT_USEC=\(Self.extensionMicros)"
    }
    let isNewPhase = status.phase != lastPhase
    let hasProgress = status.phase == .restoring && (isNewPhase || status.books.read > lastRead)
    if !isReady, status.phase == .running || status.phase == .following {
      isReady = true
      lines.append("READY=1")
    } else if !isReady, hasProgress {
      lines.append("EXTEND_TIMEOUT_USEC=\(Self.extensionMicros)")
    }
    // Whoever calls this is the loop, so it advanced.
    if hasWatchdog { lines.append("WATCHDOG=1") }
    if isNewPhase || nowMicros - lastStatusMicros >= Self.statusMicros {
      lines.append("STATUS=\(Self.text(status))")
      lastStatusMicros = nowMicros
    }
    lastPhase = status.phase
    lastRead = status.books.read
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  /// What to say when the loop goes on within a turn; nil when it was said within the last second.
  mutating func beat(nowMicros: Int64) -> String? {
    guard hasWatchdog, nowMicros - lastBeatMicros >= Self.beatMicros else { return nil }
    lastBeatMicros = nowMicros
    return "WATCHDOG=1"
  }

  /// What to say when a new configuration is about to be read.
  func reloading(nowMicros: Int64) -> String {
    "RELOADING=1\nMONOTONIC_USEC=\(nowMicros)\nSTATUS=reading the configuration again"
  }

  /// What to say when it was taken or refused; the text has no line breaks.
  func reloaded(_ text: String) -> String {
    "READY=1\nSTATUS=\(text.replacing("\n", with: " "))"
  }

  static func text(_ status: RunStatus) -> String {
    let books = status.books
    switch status.phase {
    case .waiting: return "waiting for the brokers and for partitions"
    case .restoring:
      let whole = Int64(books.read) + status.lag
      return whole == 0
        ? "restoring the state"
        : "restoring: \(books.read) of about \(whole) events, \(Int64(books.read) * 100 / whole) %"
    case .running:
      return "\(books.read) events, \(status.updateCount) updates, \(status.lag) records behind, "
        + "\(status.deadLetterCount) dead letters, \(status.snapshotCount) snapshots"
    case .following: return "standby: following another process, \(books.read) events"
    case .stopping: return "last commit and snapshot"
    }
  }
}
