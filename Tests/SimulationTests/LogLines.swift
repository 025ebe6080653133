import Logging
import Synchronization

/// Keeps what a logger is told.
final class LogLines: Sendable {
  private struct Handler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.kept.withLock { $0.append((event.level, "\(event.message)")) } }
  }

  private let kept = Mutex<[(level: Logger.Level, text: String)]>([])

  var all: [(level: Logger.Level, text: String)] { kept.withLock { $0 } }

  func logger() -> Logger { Logger(label: "test") { _ in Handler(lines: self) } }
}
