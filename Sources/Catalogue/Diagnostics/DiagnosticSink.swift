/// Collects what is wrong with one file, and knows the file's lines.
///
/// A class, because every part of the reader adds to the same list; it never leaves the call that made it.
final class DiagnosticSink {
  /// More than anyone reads; the bound keeps a hostile file from costing memory.
  static let maximumDiagnostics = 200

  private(set) var diagnostics: [Diagnostic] = []
  private let lines: [[Unicode.Scalar]]

  init(yaml: String) {
    lines = yaml.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
  }

  func report(_ diagnostic: Diagnostic) {
    guard diagnostics.count < Self.maximumDiagnostics, !diagnostics.contains(diagnostic) else { return }
    diagnostics.append(diagnostic)
  }

  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// In the order of the file.
  var sorted: [Diagnostic] {
    diagnostics.enumerated().sorted {
      ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
    }.map(\.element)
  }

  /// Whether the file has this text at a line and column, both from 1.
  func source(atLine line: Int, column: Int, begins text: some Sequence<Unicode.Scalar>) -> Bool {
    guard lines.indices.contains(line - 1) else { return false }
    var position = column - 1
    for scalar in text {
      guard lines[line - 1].indices.contains(position), lines[line - 1][position] == scalar else {
        return false
      }
      position += 1
    }
    return true
  }
}
