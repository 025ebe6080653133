import Catalogue
import Kafka
import Service
import Web

/// What a run refuses at its start although nothing in the configuration by itself is wrong.
enum StartCheck {
  /// - Throws: what a run would end with, a `ServiceFault` or a `KafkaError`.
  static func check(_ configuration: Configuration) throws {
    try checkHTTP(configuration.http)
    try checkProperties(configuration.kafka)
  }

  private static func checkHTTP(_ http: HTTPSettings) throws {
    #if !TLS
      if http.isEnabled, http.tls != nil { throw ServerTLS.absence }
    #endif
  }

  /// Makes the clients of a run with the properties of the configuration.
  ///
  /// Without brokers and encryption they ask nobody, and need no secret.
  private static func checkProperties(_ kafka: KafkaSettings) throws {
    let own = kafka.properties.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    let settings: Settings =
      own + [(name: "security.protocol", value: "plaintext"), (name: "bootstrap.servers", value: "")]
    let brokers = kafka.brokers.joined(separator: ",")
    _ = try KafkaConsumer(
      brokers: brokers, group: kafka.group, instance: nil, settings: settings
    ) { _, _, _ in }
    _ = try KafkaProducer(
      brokers: brokers, transactionalIdentifier: kafka.delivery == .exactlyOnce ? kafka.group : nil,
      settings: settings
    ) { _, _, _ in }
  }
}
