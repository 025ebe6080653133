import Formats

/// Sources of mapped values as they are written: `/pointer`, `h:header`, `k:key`, `k:timestamp`, `k:topic`.
enum MappingSourceText {
  /// The source, or nil after reporting what is wrong with it.
  static func source(_ text: String, _ node: ConfigurationNode) -> MappingSource? {
    if text.isEmpty || text.first == "/" {
      guard isPointer(text) else {
        node.error("\"\(text)\" is no JSON Pointer", "write ~0 for ~ and ~1 for / in names")
        return nil
      }
      return .pointer(text)
    }
    if text.hasPrefix("h:"), text.count > 2 { return .header(String(text.dropFirst(2))) }
    switch text {
    case "k:key": return .recordKey
    case "k:timestamp": return .recordTimestamp
    case "k:topic": return .topic
    default:
      let near =
        text.hasPrefix("k:") ? Suggestion.forUnknown(text, known: ["k:key", "k:timestamp", "k:topic"]) : nil
      node.error(
        "\"\(text)\" is no source",
        near
          ?? "write a pointer such as /data/amount, h:header, k:key, k:timestamp, k:topic, or { const: text }"
      )
      return nil
    }
  }

  /// Whether every `~` is an escape (RFC 6901).
  private static func isPointer(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.indices.allSatisfy { index in
      bytes[index] != UInt8(ascii: "~")
        || (index + 1 < bytes.count
          && (bytes[index + 1] == UInt8(ascii: "0") || bytes[index + 1] == UInt8(ascii: "1")))
    }
  }
}
