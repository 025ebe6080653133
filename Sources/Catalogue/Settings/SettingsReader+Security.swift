/// Reads how connections to the brokers are protected.
extension SettingsReader {
  /// `true`, or a mapping of files.
  func kafkaTLS(_ node: ConfigurationNode) -> KafkaTLS? {
    guard node.isMapping else { return node.boolean() == true ? KafkaTLS() : nil }
    guard let members = node.members(["ca", "certificate", "key", "key_password"]) else { return nil }
    var tls = KafkaTLS()
    tls.authorities = members["ca"]?.nonEmptyString()
    tls.certificate = members["certificate"]?.nonEmptyString()
    tls.key = members["key"].flatMap { secret($0, "kafka.tls.key") }
    tls.keyPassword = members["key_password"].flatMap { secret($0, "kafka.tls.key_password") }
    if (members["certificate"] == nil) != (members["key"] == nil) {
      node.error(
        "a certificate and its key go together",
        "write { certificate: /etc/nadi/client.pem, key: { file: /etc/nadi/client.key } }")
    }
    return tls
  }

  func kafkaSASL(_ node: ConfigurationNode, hasTLS: Bool) -> KafkaSASL? {
    guard let members = node.members(["mechanism", "username", "password", "token"]) else { return nil }
    guard let mechanismNode = members["mechanism"] else {
      node.error("kafka.sasl.mechanism is missing", "write mechanism: SCRAM-SHA-512")
      return nil
    }
    guard let mechanism = mechanismNode.choice("mechanism", of: KafkaSASL.Mechanism.self) else { return nil }
    if mechanism.needsTLS, !hasTLS {
      mechanismNode.error(
        "\(mechanism.rawValue) without TLS shows its secret to the network",
        "add tls: true to kafka, or use SCRAM-SHA-512")
    }
    var sasl = KafkaSASL(mechanism: mechanism)
    sasl.username = members["username"]?.nonEmptyString()
    sasl.password = members["password"].flatMap { secret($0, "kafka.sasl.password") }
    sasl.token = members["token"].flatMap { secret($0, "kafka.sasl.token") }
    let isByToken = mechanism == .oauthBearer
    for (key, isNeeded) in [("username", !isByToken), ("password", !isByToken), ("token", isByToken)] {
      if isNeeded, members[key] == nil {
        node.error(
          "\(mechanism.rawValue) needs kafka.sasl.\(key)",
          key == "username" ? "write username: nadi" : "write \(key): { credential: kafka_\(key) }")
      } else if !isNeeded {
        members[key]?.error("\(mechanism.rawValue) has no \(key)", "leave it out")
      }
    }
    return sasl
  }

  /// What says twice how connections are protected.
  func checkProtection(_ settings: KafkaSettings, _ node: ConfigurationNode) {
    if settings.tls != nil || settings.sasl != nil, settings.properties["security.protocol"] != nil {
      node.error(
        "security.protocol is written twice, by tls and sasl and by properties",
        "leave it out of kafka.properties")
    }
  }
}
