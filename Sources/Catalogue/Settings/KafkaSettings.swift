/// How to reach Kafka, and as whom.
public struct KafkaSettings: Sendable, Equatable {
  /// `host:port` of one or more bootstrap brokers; without a port librdkafka takes 9092.
  public var brokers: [String]
  /// The consumer group.
  public var group: String
  /// Tells processes of one group apart; nil has each state directory say it.
  public var instance: String?
  public var membership: Membership
  public var delivery: Delivery
  /// Nil sends everything unencrypted.
  public var tls: KafkaTLS?
  /// Nil says nobody's name.
  public var sasl: KafkaSASL?
  /// Passed to librdkafka for consumer and producer as they are.
  public var properties: [String: String]

  /// The static member id: it must stay the same over restarts, so that the restarted process takes the place of the one
  /// before it.
  public func memberId(instance: String) -> String { "\(group)-\(instance)" }

  public init(
    brokers: [String], group: String = "nadi", instance: String? = nil, membership: Membership = .static,
    delivery: Delivery = .exactlyOnce,
    tls: KafkaTLS? = nil,
    sasl: KafkaSASL? = nil, properties: [String: String] = [:]
  ) {
    self.brokers = brokers
    self.group = group
    self.instance = instance
    self.membership = membership
    self.delivery = delivery
    self.tls = tls
    self.sasl = sasl
    self.properties = properties
  }

  /// The name that Kafka gives to what `tls` and `sasl` say together; nil when neither is there.
  public var securityProtocol: String? {
    switch (tls != nil, sasl != nil) {
    case (false, false): nil
    case (true, false): "SSL"
    case (false, true): "SASL_PLAINTEXT"
    case (true, true): "SASL_SSL"
    }
  }

  /// A broker beyond this machine to which everything goes unencrypted; nil when there is none.
  public var unprotectedBroker: String? {
    guard tls == nil, properties["security.protocol"] == nil else { return nil }
    return brokers.first { broker in
      var host = Substring(broker)
      if let scheme = host.firstRange(of: "://") {
        if host[..<scheme.lowerBound].uppercased().hasSuffix("SSL") { return false }
        host = host[scheme.upperBound...]
      }
      if host.first == "[" { return !host.hasPrefix("[::1]") }
      return !HTTPSettings.isLoopback(String(host.prefix { $0 != ":" }))
    }
  }

  /// Properties that cannot be configured because Nadi's promises rest on them, each with what to do
  /// instead.
  static let reservedProperties: [String: String] = [
    "bootstrap.servers": "write kafka.brokers",
    "metadata.broker.list": "write kafka.brokers",
    "group.id": "write kafka.group",
    "group.instance.id": "write kafka.group and kafka.instance",
    "transactional.id": "write kafka.group",
    "enable.idempotence": "write kafka.delivery",
    "enable.auto.commit": "leave it out: offsets are committed with the updates",
    "enable.auto.offset.store": "leave it out: offsets are committed with the updates",
    "sasl.password": "write kafka.sasl.password: { file: PATH }, so that no secret is in this file",
    "sasl.oauthbearer.client.secret": "write kafka.sasl.token: { file: PATH }",
    "sasl.oauthbearer.config": "write kafka.sasl.token: { file: PATH }",
    "ssl.key.password": "write kafka.tls.key_password: { file: PATH }, so that no secret is in this file",
    "ssl.keystore.password": "write kafka.tls: { certificate: PATH, key: { file: PATH } }",
    "ssl.key.pem": "write kafka.tls.key: { file: PATH }, so that no secret is in this file",
    "isolation.level": "leave it out: only committed records are read",
    "auto.offset.reset": "leave it out: input that is missing ends the process",
    "enable.partition.eof": "leave it out: windows become final by the ends of partitions",
    "partition.assignment.strategy": "leave it out: whoever gets the first partition leads",
    "client.rack": "leave it out: records are read from the partitions' leaders",
  ]
}
