/// One thing wrong with a configuration file: where, what, and what to write instead.
public struct Diagnostic: Error, Equatable, Sendable {
  public enum Severity: String, Sendable {
    /// The configuration cannot be used.
    case error
    /// It can be used, but does probably not say what was meant.
    case warning
  }

  public var severity: Severity
  /// Counted from 1.
  public var line: Int
  /// Counted from 1, in Unicode scalars.
  public var column: Int
  /// Where in the structure, such as `catalogue.metrics.win_rate.formula`; empty for the whole file.
  public var path: String
  /// What is wrong.
  public var message: String
  /// What to write instead.
  public var suggestion: String?

  public init(
    severity: Severity = .error, line: Int, column: Int, path: String, message: String,
    suggestion: String? = nil
  ) {
    self.severity = severity
    self.line = line
    self.column = column
    self.path = path
    self.message = message
    self.suggestion = suggestion
  }

  /// The line that compilers write and editors understand: `nadi.yaml:12:5: error: unknown key "windws"; …`.
  public func text(file: String) -> String {
    let advice = suggestion.map { "; \($0)" } ?? ""
    return "\(file):\(line):\(column): \(severity.rawValue): \(message)\(advice)"
  }
}
