/// Finds where a mapping says a key again, of which the YAML library tells only the first place.
///
/// It reads no YAML but only what is needed: lines of one indentation, or what stands between braces and commas.
struct RepeatedKey {
  private let lines: [[Unicode.Scalar]]
  private let spellings: [[Unicode.Scalar]]

  /// The place of the second of two equal keys, line and column from 1; nil when it cannot be made out.
  ///
  /// - Parameters:
  ///   - line: That of the first one, from 1.
  ///   - column: That of the first one, from 1.
  static func place(of key: String, in yaml: String, line: Int, column: Int) -> (line: Int, column: Int)? {
    let finder = RepeatedKey(key, yaml)
    let (row, indentation) = (line - 1, column - 1)
    guard finder.lines.indices.contains(row), finder.lines[row].count > indentation else { return nil }
    let before = finder.lines[row][..<indentation]
    let isFirstOfLine = before.allSatisfy { $0 == " " || $0 == "-" || $0 == "?" }
    let found =
      (isFirstOfLine ? finder.below(row, indentation) : nil) ?? finder.between(row, from: indentation)
    return found.map { ($0.row + 1, $0.column + 1) }
  }

  private init(_ key: String, _ yaml: String) {
    lines = yaml.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
    spellings = ["", "\"", "'"].map { Array("\($0)\(key)\($0)".unicodeScalars) }
  }

  /// A later line of the same block.
  private func below(_ first: Int, _ indentation: Int) -> (row: Int, column: Int)? {
    for row in lines.indices.dropFirst(first + 1) {
      guard let start = lines[row].firstIndex(where: { $0 != " " && $0 != "\r" }), lines[row][start] != "#"
      else { continue }
      if start < indentation { return nil }
      if start == indentation, isKey(row, start) { return (row, start) }
    }
    return nil
  }

  /// A later place between the same braces.
  private func between(_ first: Int, from start: Int) -> (row: Int, column: Int)? {
    var depth = 0
    var quote: Unicode.Scalar?
    var startsKey = false
    for row in lines.indices.dropFirst(first) {
      for column in lines[row].indices.dropFirst(row == first ? start : 0) {
        let scalar = lines[row][column]
        if let open = quote {
          if scalar == open { quote = nil }
          continue
        }
        if scalar == "#", column == 0 || lines[row][column - 1] == " " { break }
        if startsKey, depth == 0, isKey(row, column) { return (row, column) }
        if scalar != " " { startsKey = scalar == "," }
        switch scalar {
        case "\"", "'": quote = scalar
        case "{", "[": depth += 1
        case "}", "]": depth -= 1
        default: break
        }
        if depth < 0 { return nil }
      }
    }
    return nil
  }

  /// Whether the key and a colon stand there.
  private func isKey(_ row: Int, _ column: Int) -> Bool {
    let rest = lines[row][column...]
    return spellings.contains { spelling in
      rest.starts(with: spelling) && rest.dropFirst(spelling.count).first { $0 != " " } == ":"
    }
  }
}
