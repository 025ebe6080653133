/// What one commit is expected to hand over: an update, a tombstone, or a record set aside.
struct ScriptExpectation {
  let line: Int
  let text: String
  /// Which number it is about, or the record that is set aside.
  let subject: String
  /// By name; of an update `state`, `value` and what more is said of it. Empty for tombstones.
  let attributes: [String: String]
  let isTombstone: Bool

  static let names: Set<String> = ["was", "rev", "late", "prior", "n", "zone"]

  /// - Parameter words: the words of a line, such as `calls rep/ann minute [09:00,09:01) open 1 was -`.
  init(_ words: [String], line: Int, time: ScriptTime) throws {
    self.line = line
    text = words.joined(separator: " ")
    if words[0] == "late" || words[0] == "dead" {
      subject = text
      attributes = [:]
      isTombstone = false
      return
    }
    guard words.count >= 4 else { throw ScriptFault("\(text) is no expectation") }
    var rest = words.dropFirst(3)
    var bounds = ""
    if words[2] != "all" {
      let ends = words[3].dropFirst().dropLast().split(separator: ",").map(String.init)
      guard words[3].hasPrefix("["), words[3].hasSuffix(")"), ends.count == 2 else {
        throw ScriptFault("\(words[3]) is no interval [start,end)")
      }
      bounds = try Self.interval(time.millis(ends[0]), time.millis(ends[1]), time)
      rest = rest.dropFirst()
    }
    subject = words[0...2].joined(separator: " ") + bounds
    isTombstone = rest.first == "withdrawn"
    if isTombstone {
      attributes = [:]
      return
    }
    guard rest.count >= 2, rest.count.isMultiple(of: 2) else {
      throw ScriptFault("\(text) has no state and value")
    }
    var attributes = ["state": rest.removeFirst(), "value": rest.removeFirst()]
    while rest.count >= 2 {
      let name = rest.removeFirst()
      guard Self.names.contains(name) else { throw ScriptFault("\(name) is not known in \(text)") }
      attributes[name] = rest.removeFirst()
    }
    self.attributes = attributes
  }

  /// How an interval is written in subjects.
  static func interval(_ start: Int64, _ end: Int64, _ time: ScriptTime) -> String {
    " [\(time.text(start)),\(time.text(end)))"
  }
}
