import Foundation
import Logging
import Synchronization

/// Writes log lines to standard error: logfmt on a terminal, one JSON object a line otherwise, with journal
/// priorities in front when the journal reads them. Each place in the code is held to a rate.
public struct NadiLogHandler: LogHandler {
  public enum Format: String, Sendable, CaseIterable {
    case logfmt = "text"
    case json
  }

  /// Lines that standard error did not take; they are dropped, because processing must not wait for the log.
  public static let lostLines = Atomic<UInt64>(0)

  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level = .info
  private let format: Format
  private let hasPriorities: Bool
  private let limiter: LogLimiter
  private let write: @Sendable (String) -> Void

  /// A handler for this process's standard error.
  ///
  /// - Parameter format: nil chooses by whether standard error is a terminal.
  public init(format: Format? = nil) {
    self.init(
      format: format ?? (isatty(2) == 1 ? .logfmt : .json),
      hasPriorities: ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil
    ) { line in
      if !StandardStream.say(line) { Self.lostLines.add(1, ordering: .relaxed) }
    }
  }

  /// A handler that hands each line, without its end, to `write`.
  init(
    format: Format, hasPriorities: Bool, limiter: LogLimiter = LogLimiter(),
    write: @escaping @Sendable (String) -> Void
  ) {
    self.format = format
    self.hasPriorities = hasPriorities
    self.limiter = limiter
    self.write = write
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    var fields = all.sorted { $0.key < $1.key }.map { (key: $0.key, value: "\($0.value)") }
    let now = WallClock.steadyMillis()
    for held in limiter.takeOverdue(nowMillis: now) {
      put(
        LogLine(
          level: .notice, message: "lines were held back",
          fields: [(key: "like", value: held.message), (key: "suppressed", value: "\(held.suppressed)")],
          time: Date()))
    }
    // Whoever asks for details wants all of them, and the last words of a process are never too many.
    if event.level > .debug, event.level < .critical {
      let site = LogLimiter.Site(
        file: event.file, line: event.line, part: all["facility"].map { "\($0)" } ?? "")
      switch limiter.admit(site, message: "\(event.message)", nowMillis: now) {
      case .heldBack: return
      case .written(0): break
      case .written(let suppressed): fields.append((key: "suppressed", value: "\(suppressed)"))
      }
    }
    put(LogLine(level: event.level, message: "\(event.message)", fields: fields, time: Date()))
  }

  private func put(_ line: LogLine) { write(line.text(format, hasPriority: hasPriorities)) }
}
