import Yams

/// A node of the YAML file that knows its place and where to report what is wrong with it.
struct ConfigurationNode {
  let node: Node
  /// Where in the structure, such as `catalogue.windows[2]`.
  let path: String
  let sink: DiagnosticSink

  var line: Int { node.mark?.line ?? 1 }
  var column: Int { node.mark?.column ?? 1 }

  func error(_ message: String, _ suggestion: String? = nil) {
    report(.error, message, suggestion)
  }

  func warn(_ message: String, _ suggestion: String? = nil) {
    report(.warning, message, suggestion)
  }

  private func report(_ severity: Diagnostic.Severity, _ message: String, _ suggestion: String?) {
    sink.report(
      Diagnostic(
        severity: severity, line: line, column: column, path: path, message: message, suggestion: suggestion))
  }

  /// Reports an error inside a text, so many Unicode scalars after its first.
  func error(atOffset offset: Int, _ message: String, _ suggestion: String?) {
    var place = column
    if case .scalar(let scalar) = node {
      let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
      let start = column + (isQuoted ? 1 : 0)
      // Escapes and texts of several lines do not stand in the file as they are: then the text's place must
      // do.
      if sink.source(atLine: line, column: start, begins: scalar.string.unicodeScalars.prefix(offset)) {
        place = start + offset
      }
    }
    sink.report(
      Diagnostic(line: line, column: place, path: path, message: message, suggestion: suggestion))
  }

  /// Reports that the key is not one of those known here.
  func unknown(_ kind: String, _ name: String, known: [String]) {
    error("unknown \(kind) \"\(name)\"", Suggestion.forUnknown(name, known: known))
  }

  func child(_ node: Node, _ suffix: String) -> ConfigurationNode {
    ConfigurationNode(node: node, path: path.isEmpty ? suffix : "\(path).\(suffix)", sink: sink)
  }

  // MARK: - Shape

  /// The text of a scalar, whatever it stands for; nil for lists and mappings.
  var scalarText: String? {
    guard case .scalar(let scalar) = node else { return nil }
    return scalar.string
  }

  /// Whether nothing is written, or `null` or `~` without quotes.
  var isNull: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else {
      return false
    }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  var isList: Bool {
    if case .sequence = node { return true }
    return false
  }

  var isMapping: Bool {
    if case .mapping = node { return true }
    return false
  }

  /// What it is, for messages.
  var shape: String {
    switch node {
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .scalar(let scalar): isNull ? "nothing" : "\"\(scalar.string.prefix(60))\""
    case .alias: "an alias"
    }
  }

  /// The items of a list; a single value counts as a list of one. Reports mappings.
  func items() -> [ConfigurationNode]? {
    switch node {
    case .sequence(let sequence):
      return sequence.enumerated().map { index, item in
        ConfigurationNode(node: item, path: "\(path)[\(index)]", sink: sink)
      }
    case .scalar:
      return [self]
    case .mapping, .alias:
      error("expected a list, found \(shape)")
      return nil
    }
  }

  /// The entries of a mapping whose keys are free, in the order of the file. Reports anything else.
  func entries() -> [ConfigurationEntry]? {
    guard case .mapping(let mapping) = node else {
      error("expected a mapping, found \(shape)")
      return nil
    }
    var result: [ConfigurationEntry] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else {
        child(key, "?").error("expected a name as key, found a list or mapping")
        continue
      }
      let suffix = scalar.string
      result.append(
        ConfigurationEntry(name: suffix, key: child(key, suffix), value: child(value, suffix)))
    }
    return result
  }

  /// The values of a mapping by key. Reports keys that are not known; a key without value counts as absent.
  func members(_ known: [String]) -> [String: ConfigurationNode]? {
    guard let entries = entries() else { return nil }
    var result: [String: ConfigurationNode] = [:]
    for entry in entries {
      if !known.contains(entry.name) {
        entry.key.unknown("key", entry.name, known: known)
      } else if !entry.value.isNull {
        result[entry.name] = entry.value
      }
    }
    return result
  }
}

/// One key of a mapping with its value.
struct ConfigurationEntry {
  let name: String
  let key: ConfigurationNode
  let value: ConfigurationNode
}
