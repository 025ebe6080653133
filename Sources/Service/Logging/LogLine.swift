import Foundation
import Logging

/// One line of the log as text.
struct LogLine {
  var level: Logger.Level
  var message: String
  var fields: [(key: String, value: String)]
  var time: Date

  /// The line without its end; with a journal's priority in front if asked for.
  func text(_ format: NadiLogHandler.Format, hasPriority: Bool) -> String {
    let stamp =
      time.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true)) + "Z"
    var line = hasPriority ? "<\(priority)>" : ""
    switch format {
    case .logfmt:
      line += "time=\(stamp) level=\(level) msg=\(Self.quoted(message))"
      for (key, value) in fields { line += " \(key)=\(Self.needsQuotes(value) ? Self.quoted(value) : value)" }
    case .json:
      line += "{\"time\":\"\(stamp)\",\"level\":\"\(level)\",\"msg\":\(Self.quoted(message))"
      for (key, value) in fields { line += ",\(Self.quoted(key)):\(Self.quoted(value))" }
      line += "}"
    }
    return line
  }

  /// The number that the journal takes from the beginning of a line.
  private var priority: Int {
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
