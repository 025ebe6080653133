import Catalogue
import Kafka

extension KafkaSettings {
  /// The librdkafka properties of the configuration, with the secrets read from where they are.
  ///
  /// - Throws: `ServiceFault` naming the secret that cannot be read.
  public func librdkafkaProperties() throws -> Settings {
    var settings: Settings = []
    if let protocolName = securityProtocol {
      settings.append((name: "security.protocol", value: protocolName))
    }
    if let tls { settings += try tls.properties() }
    if let sasl { settings += try sasl.properties() }
    return settings + properties.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  }
}

extension KafkaTLS {
  func properties() throws -> Settings {
    // The name in the certificate must be the host's, whatever the library's default is.
    var settings: Settings = [(name: "ssl.endpoint.identification.algorithm", value: "https")]
    if let authorities { settings.append((name: "ssl.ca.location", value: authorities)) }
    if let certificate { settings.append((name: "ssl.certificate.location", value: certificate)) }
    if let key { settings.append((name: "ssl.key.location", value: try SecretFile.path(key))) }
    if let keyPassword {
      let secret = try SecretFile.secret(keyPassword, what: "kafka.tls.key_password")
      settings.append((name: "ssl.key.password", value: secret.revealed))
    }
    return settings
  }
}

extension KafkaSASL {
  func properties() throws -> Settings {
    var settings: Settings = [(name: "sasl.mechanism", value: mechanism.rawValue)]
    if let username { settings.append((name: "sasl.username", value: username)) }
    if let password {
      let secret = try SecretFile.secret(password, what: "kafka.sasl.password")
      settings.append((name: "sasl.password", value: secret.revealed))
    }
    if let token {
      // The token is read again whenever the library asks for one, so that whoever renews it only writes the file.
      settings.append((name: "sasl.oauthbearer.config", value: try SecretFile.path(token)))
    }
    return settings
  }
}
