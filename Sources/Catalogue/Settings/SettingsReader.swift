import Core

/// Reads the sections about Kafka, topics, state and limits.
struct SettingsReader {
  /// A librdkafka property name is short; the values are left to librdkafka.
  private static let maximumPropertyBytes = 256

  private static let securityProtocols = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]

  private static let kafkaKeys = [
    "brokers", "group", "instance", "membership", "delivery", "tls", "sasl", "properties",
  ]

  func kafka(_ node: ConfigurationNode?, root: ConfigurationNode) -> KafkaSettings? {
    guard let node else {
      root.error("kafka.brokers is missing", "write kafka: { brokers: \"127.0.0.1:9092\" }")
      return nil
    }
    guard let members = node.members(Self.kafkaKeys) else { return nil }
    var settings = KafkaSettings(brokers: [])
    if let brokers = members["brokers"] {
      settings.brokers = self.brokers(brokers)
    } else {
      node.error("kafka.brokers is missing", "write brokers: \"127.0.0.1:9092\"")
    }
    if let group = members["group"].flatMap({ identifier($0, "consumer group") }) { settings.group = group }
    if let instance = members["instance"].flatMap({ identifier($0, "instance") }) {
      settings.instance = instance
    }
    if let membership = members["membership"]?.choice("membership", of: Membership.self) {
      settings.membership = membership
    }
    if let delivery = members["delivery"]?.choice("delivery", of: Delivery.self) {
      settings.delivery = delivery
    }
    if let properties = members["properties"] { settings.properties = self.properties(properties) }
    settings.tls = members["tls"].flatMap { kafkaTLS($0) }
    settings.sasl = members["sasl"].flatMap { kafkaSASL($0, hasTLS: settings.tls != nil) }
    checkProtection(settings, node)
    return settings
  }

  private func brokers(_ node: ConfigurationNode) -> [String] {
    var found: [String] = []
    for item in node.items() ?? [] {
      guard let text = item.nonEmptyString() else { continue }
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let broker = part.trimmingSpaces
        if isBroker(broker) {
          found.append(broker)
        } else {
          item.error("\"\(broker)\" is no broker", "write host:port, such as 127.0.0.1:9092")
        }
      }
    }
    if node.isList, found.isEmpty, node.items()?.isEmpty ?? false {
      node.error("the list of brokers is empty", "write brokers: \"127.0.0.1:9092\"")
    }
    return found
  }

  private func isBroker(_ text: String) -> Bool {
    // A security protocol may stand before it, and an IPv6 address in brackets; the port may be left out.
    var rest = Substring(text)
    if let scheme = rest.firstRange(of: "://") {
      guard Self.securityProtocols.contains(rest[..<scheme.lowerBound].uppercased()) else { return false }
      rest = rest[scheme.upperBound...]
    }
    if rest.first == "[" {
      guard let end = rest.firstIndex(of: "]") else { return false }
      rest = "h" + rest[rest.index(after: end)...]
    }
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    guard let host = parts.first, !host.isEmpty, !host.contains(where: \.isWhitespace), parts.count <= 2
    else {
      return false
    }
    return parts.count == 1 || Int(parts[1]).map { (1...65535).contains($0) } ?? false
  }

  private func identifier(_ node: ConfigurationNode, _ kind: String) -> String? {
    guard let text = node.nonEmptyString() else { return nil }
    guard text.utf8.count <= 200, text.unicodeScalars.allSatisfy(TopicName.isAllowed) else {
      node.error("\"\(text)\" cannot name a \(kind)", "use letters, digits, dots, dashes and underscores")
      return nil
    }
    return text
  }

  private func properties(_ node: ConfigurationNode) -> [String: String] {
    var result: [String: String] = [:]
    for entry in node.entries() ?? [] {
      if let advice = KafkaSettings.reservedProperties[entry.name] {
        entry.key.error("the property \"\(entry.name)\" cannot be set here", advice)
      } else if entry.name.isEmpty || entry.name.utf8.count > Self.maximumPropertyBytes {
        entry.key.error("the name of a property has from 1 to \(Self.maximumPropertyBytes) bytes")
      } else if let value = entry.value.string() {
        result[entry.name] = value
      }
    }
    return result
  }

  func input(_ node: ConfigurationNode?, root: ConfigurationNode) -> InputSettings? {
    guard let node else {
      root.error("input.topics is missing", "write input: { topics: [sales.activity.v1] }")
      return nil
    }
    guard let members = node.members(["topics"]) else { return nil }
    guard let topics = members["topics"] else {
      node.error("input.topics is missing", "write topics: [sales.activity.v1]")
      return nil
    }
    var names: [String] = []
    let items = topics.items() ?? []
    for item in items {
      guard let name = topic(item) else { continue }
      if names.contains(name) { item.error("the topic \"\(name)\" is listed twice", "leave it out here") }
      names.append(name)
    }
    if topics.isList, items.isEmpty {
      topics.error("the list of input topics is empty", "write topics: [sales.activity.v1]")
    }
    return names.isEmpty ? nil : InputSettings(topics: names)
  }

  func topic(_ node: ConfigurationNode) -> String? {
    guard let name = node.string() else { return nil }
    guard TopicName.isValid(name) else {
      node.error(
        "\"\(name)\" cannot name a topic", "use up to 249 letters, digits, dots, dashes and underscores")
      return nil
    }
    return name
  }

  func output(
    _ node: ConfigurationNode?, root: ConfigurationNode, input: InputSettings?
  ) -> OutputSettings {
    var settings = OutputSettings(input: input ?? InputSettings(topics: []))
    let members = node?.members(["topic", "dead_letter", "late", "partitions", "replication"]) ?? [:]
    var taken = Set(input?.topics ?? [])
    func read(_ key: String, _ current: String) -> String {
      let name = members[key].flatMap { topic($0) } ?? current
      if members[key] == nil, input != nil, !TopicName.isValid(name) {
        (node ?? root).error(
          "output.\(key) would be \"\(name)\", which is too long for a topic", "give output.\(key) a topic")
      }
      if !taken.insert(name).inserted {
        (members[key] ?? node ?? root).error(
          "the topic \"\(name)\" is already an input or output", "give output.\(key) a topic of its own")
      }
      return name
    }
    settings.topic = read("topic", settings.topic)
    settings.deadLetterTopic = read("dead_letter", settings.deadLetterTopic)
    settings.lateTopic = read("late", settings.lateTopic)
    if let partitions = members["partitions"]?.integer(in: 1...10_000) { settings.partitions = partitions }
    if let replication = members["replication"] {
      if let number = replication.integer(in: -1...32) {
        if number == 0 {
          replication.error("0 is out of range", "write -1 to leave it to the broker, or 1 to 32")
        }
        settings.replication = number
      }
    }
    return settings
  }

  func state(_ node: ConfigurationNode?) -> StateSettings {
    var settings = StateSettings()
    guard let members = node?.members(["directory", "snapshot_interval", "snapshots_kept"]) else {
      return settings
    }
    if let directory = members["directory"]?.nonEmptyString() { settings.directory = directory }
    if let interval = members["snapshot_interval"]?.durationMillis(in: Millis.second...Millis.day) {
      settings.snapshotIntervalMillis = interval
    }
    if let kept = members["snapshots_kept"]?.integer(in: 1...100) { settings.snapshotsKept = kept }
    return settings
  }

  func emit(_ node: ConfigurationNode?) -> EmitSettings {
    var settings = EmitSettings()
    guard let members = node?.members(["interval"]) else { return settings }
    if let interval = members["interval"]?.durationMillis(in: 10...Millis.hour) {
      settings.intervalMillis = interval
    }
    return settings
  }

  /// The limits of records, and the greatest number of dimension values, which belongs to the catalogue.
  func limits(_ node: ConfigurationNode?) -> (limits: LimitSettings, dimensionValues: Int?) {
    var settings = LimitSettings()
    guard let members = node?.members(["record_bytes", "key_bytes", "depth", "dimension_values"]) else {
      return (settings, nil)
    }
    // librdkafka receives no more than about a gigabyte in one message.
    if let bytes = members["record_bytes"]?.bytes(in: 1024...1_000_000_000) { settings.recordBytes = bytes }
    if let bytes = members["key_bytes"]?.bytes(in: 16...1_000_000) { settings.keyBytes = bytes }
    if let depth = members["depth"]?.integer(in: 2...1024) { settings.depth = depth }
    return (settings, members["dimension_values"]?.integer(in: 1...100_000_000))
  }
}
