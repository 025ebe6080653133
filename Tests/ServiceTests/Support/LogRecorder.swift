import Logging
import Synchronization

/// Keeps what a logger is told.
final class LogRecorder: Sendable {
  private let kept = Mutex<[Line]>([])

  struct Line: Sendable {
    let level: Logger.Level
    let message: String
    let metadata: [String: String]
  }

  var lines: [Line] { kept.withLock { $0 } }

  func lines(containing text: String) -> [Line] { lines.filter { $0.message.contains(text) } }

  func add(_ line: Line) { kept.withLock { $0.append(line) } }

  func logger() -> Logger {
    var logger = Logger(label: "service-tests") { _ in RecordingLogHandler(recorder: self) }
    logger.logLevel = .debug
    return logger
  }
}
