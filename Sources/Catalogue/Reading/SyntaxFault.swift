import Yams

/// Why a text is not YAML, in one line with its place.
struct SyntaxFault {
  var line = 1
  var column = 1
  var message: String
  var suggestion: String?

  init(_ error: YamlError) {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      (line, column) = (mark.line, mark.column)
      let during = context.map { " (\($0.text) in line \($0.mark.line))" } ?? ""
      message = "not YAML: \(problem)\(during)"
      if problem.contains("cannot start any token") {
        suggestion = "put the text in quotes; tabs cannot indent"
      }
      if problem.contains("another document") {
        (message, suggestion) = ("the file has more than one YAML document", "leave only one")
      }
    case .reader(let problem, let offset, _, let yaml):
      message = "not YAML: \(problem)"
      for character in yaml.prefix(offset ?? 0) {
        column += 1
        if character == "\n" { (line, column) = (line + 1, 1) }
      }
    case .duplicatedKeysInMapping(let duplicates, let context):
      (line, column) = (max(1, context.mark.line), max(1, context.mark.column))
      let key = duplicates.first ?? ""
      message = "the key \"\(key)\" is written twice in one mapping"
      if let place = RepeatedKey.place(of: key, in: context.text, line: line, column: column) {
        (line, column) = place
      }
      suggestion = "keep one of them"
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      message = "not YAML: \(error)"
    }
  }
}
