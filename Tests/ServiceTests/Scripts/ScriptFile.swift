import Foundation

/// The cases of one script file. See `cases/README.md` for the format.
struct ScriptFile {
  private(set) var cases: [ScriptCase] = []
  private let path: String
  private var time = ScriptTime()
  private var fileTime = ScriptTime()
  private var catalogue = ""

  init(path: String) throws {
    try self.init(text: String(contentsOfFile: path, encoding: .utf8), path: path)
  }

  init(text: String, path: String) throws {
    self.path = path
    var isInCatalogue = false
    for (number, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let isIndented = raw.first == " "
      let content = raw.prefix { $0 != "#" }
      let words = content.split(separator: " ").map(String.init)
      guard let first = words.first else { continue }
      do {
        if first == "catalogue:" {
          catalogue = content + "\n"
          isInCatalogue = true
        } else if isIndented, isInCatalogue {
          catalogue += content + "\n"
        } else {
          isInCatalogue = false
          try take(words, String(content), line: number + 1, isIndented: isIndented)
        }
      } catch {
        throw ScriptFault("\(path):\(number + 1): \(error)")
      }
    }
  }

  private mutating func take(_ words: [String], _ content: String, line: Int, isIndented: Bool) throws {
    switch words[0] {
    case "==":
      time = fileTime
      cases.append(
        ScriptCase(
          path: path, line: line, name: words.dropFirst().joined(separator: " "), catalogue: catalogue,
          time: time))
    case "date" where words.count == 2:
      time.date = words[1]
      keepTime()
    case "zone" where words.count == 2:
      guard let zone = TimeZone(identifier: words[1]) else { throw ScriptFault("no zone \(words[1])") }
      time.zone = zone
      keepTime()
    case _ where cases.isEmpty:
      throw ScriptFault("\(words[0]) comes before the first case")
    case "partitions" where words.count == 2:
      cases[cases.count - 1].partitionCount = Int32(words[1]) ?? 1
    case "once":
      cases[cases.count - 1].isRestartable = false
    case _ where isIndented:
      guard let step = cases[cases.count - 1].steps.indices.last else {
        throw ScriptFault("nothing is expected yet")
      }
      cases[cases.count - 1].steps[step].expected.append(try ScriptExpectation(words, line: line, time: time))
    default:
      let action = try ScriptActionReader(time: time).action(words)
      cases[cases.count - 1].steps.append(ScriptStep(line: line, action: action))
    }
  }

  /// What stands before the first case holds for all.
  private mutating func keepTime() {
    if cases.isEmpty { fileTime = time } else { cases[cases.count - 1].time = time }
  }
}
