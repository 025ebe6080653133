import Core
import Formats
import Yams

/// Turns the text of one YAML file into a configuration, or says everything that is wrong with it at once.
public enum ConfigurationLoader {
  /// A larger file is a mistake.
  public static let maximumBytes = 1 << 20
  /// Lists and mappings within each other.
  static let maximumDepth = 32
  /// Values in the file, an alias counting as often as it is used.
  static let maximumNodes = 50_000

  static let keys = [
    "kafka", "input", "output", "state", "emit", "workers", "limits", "http", "catalogue", "mappings",
  ]

  /// Reads a configuration from the bytes of its file; those that are no UTF-8 are told by their place. A
  /// byte order mark in front is passed over.
  public static func load(
    bytes: [UInt8], file: String, zoneBytes: (String) -> [UInt8]?
  ) -> (Configuration?, [Diagnostic]) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    // What is too long may have been cut within a character, and is told to be too long.
    let yaml =
      bytes.count > maximumBytes
      ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self)
    if let yaml { return load(yaml: yaml, file: file, zoneBytes: zoneBytes) }
    let place = UTF8Fault.place(in: bytes)
    let diagnostic = Diagnostic(
      line: place.line, column: place.column, path: "", message: "the text is not UTF-8 here",
      suggestion: "save the file as UTF-8")
    return (nil, [diagnostic])
  }

  /// Reads a configuration.
  ///
  /// - Parameters:
  ///   - yaml: The text of the file.
  ///   - file: Its name, for messages.
  ///   - zoneBytes: The contents of the TZif file of an IANA time zone, or nil when there is none of that
  ///     name. It is called only with names made of letters, digits, `_`, `+`, `-` and single slashes.
  /// - Returns: The configuration, or nil when any diagnostic is an error; and the diagnostics in the order
  ///   of the file.
  public static func load(
    yaml: String, file: String, zoneBytes: (String) -> [UInt8]?
  ) -> (Configuration?, [Diagnostic]) {
    let sink = DiagnosticSink(yaml: yaml)
    guard let root = root(yaml: yaml, file: file, sink: sink) else { return (nil, sink.sorted) }
    let configuration = withoutActuallyEscaping(zoneBytes) { zoneBytes in
      read(root, sink: sink, zoneBytes: zoneBytes)
    }
    return (sink.hasErrors ? nil : configuration, sink.sorted)
  }

  private static func read(
    _ root: ConfigurationNode, sink: DiagnosticSink, zoneBytes: @escaping (String) -> [UInt8]?
  ) -> Configuration? {
    guard let members = root.members(keys) else { return nil }
    let settings = SettingsReader()
    let kafka = settings.kafka(members["kafka"], root: root)
    let input = settings.input(members["input"], root: root)
    let output = settings.output(members["output"], root: root, input: input)
    let state = settings.state(members["state"])
    let emit = settings.emit(members["emit"])
    let workers = members["workers"]?.integer(in: 1...16) ?? 1
    let (limits, dimensionValues) = settings.limits(members["limits"])
    let http = settings.http(members["http"])
    var options = CatalogueOptions()
    if let dimensionValues { options.maximumDimensionValues = dimensionValues }
    var reader = CatalogueReader(options: options, sink: sink, zoneBytes: zoneBytes)
    let catalogue = reader.read(members["catalogue"])
    let mappings =
      members["mappings"].map {
        MappingReader(entities: catalogue.entities, inputTopics: input?.topics ?? []).read($0)
      } ?? []
    guard let kafka, let input, !sink.hasErrors else { return nil }
    // What no single place of the file shows, such as too many windows for one measure.
    do {
      _ = try Catalogue(catalogue)
    } catch {
      (members["catalogue"] ?? root).error(
        error.description,
        "leave out windows, zones or scopes, or set windows: and scopes: of single metrics")
    }
    return Configuration(
      kafka: kafka, input: input, output: output, state: state, emit: emit, limits: limits, http: http,
      workers: workers, mappings: mappings, catalogue: catalogue)
  }

  private static func root(yaml: String, file: String, sink: DiagnosticSink) -> ConfigurationNode? {
    func report(_ line: Int, _ column: Int, _ message: String, _ suggestion: String? = nil) {
      sink.report(
        Diagnostic(line: line, column: column, path: "", message: message, suggestion: suggestion))
    }
    guard yaml.utf8.count <= maximumBytes else {
      report(1, 1, "\(file) is longer than \(maximumBytes) bytes", "leave out what is not needed")
      return nil
    }
    do {
      guard let node = try compose(yaml: yaml) else {
        report(1, 1, "\(file) is empty", "write at least kafka.brokers and input.topics")
        return nil
      }
      var nodes = 0
      guard isBounded(node, depth: 0, nodes: &nodes) else {
        report(
          node.mark?.line ?? 1, node.mark?.column ?? 1,
          "the file has more than \(maximumNodes) values, or more than \(maximumDepth) levels")
        return nil
      }
      return ConfigurationNode(node: node, path: "", sink: sink)
    } catch let error as YamlError {
      let fault = SyntaxFault(error)
      report(fault.line, fault.column, fault.message, fault.suggestion)
    } catch {
      report(1, 1, "\(file) cannot be read as YAML: \(error)")
    }
    return nil
  }

  private static func isBounded(_ node: Node, depth: Int, nodes: inout Int) -> Bool {
    nodes += 1
    guard depth <= maximumDepth, nodes <= maximumNodes else { return false }
    switch node {
    case .scalar, .alias:
      return true
    case .sequence(let sequence):
      for item in sequence where !isBounded(item, depth: depth + 1, nodes: &nodes) { return false }
    case .mapping(let mapping):
      for (key, value) in mapping {
        guard isBounded(key, depth: depth + 1, nodes: &nodes),
          isBounded(value, depth: depth + 1, nodes: &nodes)
        else { return false }
      }
    }
    return true
  }
}
