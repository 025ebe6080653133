import Foundation
import Logging

/// Writes log lines to standard error: logfmt on a terminal, one JSON object a line otherwise, with journal
/// priorities in front when the journal reads them.
public struct NadiLogHandler: LogHandler {
  public enum Format: String, Sendable, CaseIterable {
    case logfmt = "text"
    case json
  }

  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level = .info
  private let format: Format
  private let hasPriorities: Bool

  public init(format: Format? = nil) {
    let environment = ProcessInfo.processInfo.environment
    hasPriorities = environment["JOURNAL_STREAM"] != nil
    self.format = format ?? (isatty(2) == 1 ? .logfmt : .json)
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    let fields = all.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    let time = Date().formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true)) + "Z"
    var line = hasPriorities ? "<\(priority(event.level))>" : ""
    switch format {
    case .logfmt:
      line += "time=\(time) level=\(event.level) msg=\(Self.quoted("\(event.message)"))"
      for (key, value) in fields { line += " \(key)=\(Self.needsQuotes(value) ? Self.quoted(value) : value)" }
    case .json:
      line += "{\"time\":\"\(time)\",\"level\":\"\(event.level)\",\"msg\":\(Self.quoted("\(event.message)"))"
      for (key, value) in fields { line += ",\(Self.quoted(key)):\(Self.quoted(value))" }
      line += "}"
    }
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  private func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .critical: 2
    case .error: 3
    case .warning: 4
    case .notice: 5
    case .info: 6
    case .debug, .trace: 7
    }
  }

  private static func needsQuotes(_ text: String) -> Bool {
    text.isEmpty || text.unicodeScalars.contains { $0 == " " || $0 == "\"" || $0 == "=" || $0.value < 32 }
  }

  /// The text as a JSON string.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.value < 32 {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
