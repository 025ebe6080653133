import Foundation

/// Reads the lines of a script that do something.
struct ScriptActionReader {
  let time: ScriptTime

  func action(_ words: [String]) throws -> ScriptStep.Action {
    switch words[0] {
    case "commit" where words.count == 1: return .commit
    case "snapshot" where words.count == 1: return .snapshot
    case "restart": return words.count > 1 ? .restartWithoutSnapshot : .restart
    case "now" where words.count == 2: return .now(try time.millis(words[1]))
    case "watermark" where words.count == 2: return .watermark(try time.millis(words[1]))
    case "end": return .end(words.dropFirst().compactMap { Int32($0) })
    case "books":
      var figures: [String: UInt64] = [:]
      for word in words.dropFirst() {
        let parts = word.split(separator: "=")
        guard parts.count == 2, let figure = UInt64(parts[1]) else {
          throw ScriptFault("\(word) is no figure")
        }
        figures[String(parts[0])] = figure
      }
      return .books(figures)
    case "call": return .record(try record("activity", words, ["kind": "call"]))
    case "activity", "opportunity", "cost", "member": return .record(try record(words[0], words, [:]))
    default: throw ScriptFault("\(words[0]) is no step")
    }
  }

  /// `call TIME [OWNER] [name=value ...]`: members of the event by their names, fields of its data by theirs.
  private func record(_ entity: String, _ words: [String], _ fields: [String: String]) throws -> InputRecord {
    guard words.count > 1 else { throw ScriptFault("an event needs a time") }
    let at = try time.millis(words[1])
    var event: [String: Any] = ["entity": entity, "occurredAt": ScriptTime.utc(at)]
    var data: [String: Any] = fields
    var partition: Int32 = 0
    var arrived = at
    for word in words.dropFirst(2) {
      guard let equals = word.firstIndex(of: "=") else {
        data["ownerId"] = word
        continue
      }
      let name = String(word[..<equals])
      let value = String(word[word.index(after: equals)...])
      switch name {
      case "partition": partition = Int32(value) ?? 0
      case "arrived": arrived = try time.millis(value)
      case "id", "op", "entityId", "version", "actorId": event[name] = value
      default: data[name] = value == "-" ? NSNull() as Any : value
      }
    }
    event["data"] = data
    let bytes = try JSONSerialization.data(withJSONObject: event, options: .sortedKeys)
    return InputRecord(
      partition: partition, key: Array("k".utf8), value: Array(bytes), timestampMillis: arrived)
  }
}
