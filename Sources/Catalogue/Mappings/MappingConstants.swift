import Core
import Formats

/// The texts that a mapping itself holds, which can be tried before any record comes.
enum MappingConstants {
  /// Reports each constant of a rule that can never become a value of the target's type.
  static func check(
    _ node: ConfigurationNode, type: FieldType, conversion: MappingConversion, target: String
  ) {
    for place in places(in: node) {
      guard let text = place.scalarText, !place.isNull, !canRead(text, type, conversion) else { continue }
      place.error(
        "\"\(target)\" is a \(type.rawValue), and \"\(text.prefix(60))\" cannot be read as one",
        advice(type, conversion))
    }
  }

  /// Reports each constant of the rule for `version` that is no whole number.
  static func checkVersion(_ node: ConfigurationNode) {
    for place in places(in: node) {
      guard let text = place.scalarText, !place.isNull else { continue }
      if Int64(text) == nil || text.first == "+" {
        place.error(
          "\"version\" is a whole number, and \"\(text.prefix(60))\" is none", "write a number such as 42")
      }
    }
  }

  /// Where the texts stand that a rule can give as they are: the values of its `map`, or else its constants.
  /// What `join` puts together is not known before.
  private static func places(in rule: ConfigurationNode) -> [ConfigurationNode] {
    guard rule.isMapping else { return [] }
    let members = (rule.entries() ?? []).filter { !$0.value.isNull }
    func member(_ name: String) -> ConfigurationNode? { members.first { $0.name == name }?.value }
    if let map = member("map") { return (map.entries() ?? []).map(\.value) }
    if let constant = member("const") { return [constant] }
    return (member("first")?.items() ?? []).compactMap { source in
      source.isMapping ? source.entries()?.first { $0.name == "const" }?.value : nil
    }
  }

  // MARK: - Reading

  private static func canRead(_ text: String, _ type: FieldType, _ conversion: MappingConversion) -> Bool {
    switch type {
    case .string:
      text.utf8.count <= Decoder.maximumTextBytes
    case .boolean:
      ["true", "false"].contains(text)
        || conversion == .boolean && ["1", "0", "yes", "no"].contains(text)
    case .decimal:
      number(text, conversion).map { conversion != .minutesToSeconds || isWithinMinutes($0) } ?? false
    case .time:
      instant(text, conversion).map { (0...PartitionTask.latestTime).contains($0) } ?? false
    }
  }

  /// Minutes become seconds, which must fit as well.
  private static func isWithinMinutes(_ millionths: Int64) -> Bool {
    !millionths.multipliedReportingOverflow(by: 60).overflow
  }

  private static func number(_ text: String, _ conversion: MappingConversion) -> Int64? {
    let digits =
      switch conversion {
      case .micros, .epochMillis: 0
      case .millisecondsToSeconds, .epochSeconds: 3
      case .cents: 4
      case .automatic, .string, .decimal, .time, .date, .boolean, .minutesToSeconds: 6
      }
    return Array(text.utf8).withUnsafeBufferPointer { try? Decimal6.parse($0, digits: digits).millionths }
  }

  private static func instant(_ text: String, _ conversion: MappingConversion) -> Instant? {
    if conversion == .epochMillis || conversion == .epochSeconds { return number(text, conversion) }
    if conversion == .date, text.utf8.count != 10 { return nil }
    // Which zone reads a local time makes no difference to whether it is one.
    return Array(text.utf8).withUnsafeBufferPointer {
      RFC3339.parseInstant($0) ?? RFC3339.parseLocal($0, zone: .utc)
    }
  }

  private static func advice(_ type: FieldType, _ conversion: MappingConversion) -> String {
    switch type {
    case .string: "write at most \(Decoder.maximumTextBytes) bytes"
    case .boolean: "write true or false"
    case .decimal:
      conversion == .micros ? "write a whole number such as 12500000" : "write a number such as 12.5"
    case .time:
      switch conversion {
      case .epochMillis: "write milliseconds since 1970, such as 1795482617250"
      case .epochSeconds: "write seconds since 1970, such as 1795482617"
      case .date: "write a date such as 2026-11-24"
      case .automatic, .string, .decimal, .micros, .cents, .time, .boolean, .millisecondsToSeconds,
        .minutesToSeconds:
        "write a time such as 2026-11-24T01:10:17Z"
      }
    }
  }
}
