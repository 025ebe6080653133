import Logging

/// Puts the daemon's log lines on the board, where they do not tear the display.
struct DemoLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .notice
  let board: DemoBoard

  init(board: DemoBoard) { self.board = board }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    // A producer warns of the consumer's properties, which both are given.
    if let facility = all["facility"], "\(facility)" == "CONFWARN" { return }
    let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let level = event.level >= .warning ? "\(event.level): " : ""
    board.access { $0.note("\(level)\(event.message)\(fields)") }
  }
}
