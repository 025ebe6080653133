import Testing

/// A named section of a script: a fresh process, what happens to it, and what it is expected to publish.
struct ScriptCase: CustomTestStringConvertible {
  let path: String
  let line: Int
  let name: String
  /// The section `catalogue` of the configuration.
  let catalogue: String
  var time: ScriptTime
  var partitionCount: Int32 = 1
  /// Whether it must come out the same when the process is restarted after every commit.
  var isRestartable = true
  var steps: [ScriptStep] = []

  var testDescription: String { "\(path.split(separator: "/").last ?? ""):\(line) \(name)" }
}
