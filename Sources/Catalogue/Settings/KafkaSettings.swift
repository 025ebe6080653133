/// How to reach Kafka, and as whom.
public struct KafkaSettings: Sendable, Equatable {
  /// `host:port` of one or more bootstrap brokers.
  public var brokers: [String]
  /// The consumer group.
  public var group: String
  /// Tells processes of one group apart.
  public var instance: String
  public var delivery: Delivery
  /// Passed to librdkafka for consumer and producer as they are.
  public var properties: [String: String]

  /// The static member id and the transactional id: it must stay the same over restarts, so that the
  /// restarted process fences the one before it and gets its partitions back.
  public var memberId: String { "\(group)-\(instance)" }

  public init(
    brokers: [String], group: String = "nadi", instance: String = "0", delivery: Delivery = .exactlyOnce,
    properties: [String: String] = [:]
  ) {
    self.brokers = brokers
    self.group = group
    self.instance = instance
    self.delivery = delivery
    self.properties = properties
  }

  /// Properties that cannot be configured because Nadi's promises rest on them, each with what to do
  /// instead.
  static let reservedProperties: [String: String] = [
    "bootstrap.servers": "write kafka.brokers",
    "metadata.broker.list": "write kafka.brokers",
    "group.id": "write kafka.group",
    "group.instance.id": "write kafka.group and kafka.instance",
    "transactional.id": "write kafka.group and kafka.instance",
    "enable.idempotence": "write kafka.delivery",
    "enable.auto.commit": "leave it out: offsets are committed with the updates",
    "enable.auto.offset.store": "leave it out: offsets are committed with the updates",
    "isolation.level": "leave it out: only committed records are read",
  ]
}
