/// Where updates, dead letters and late events go.
public struct OutputSettings: Sendable, Equatable {
  public var topic: String
  public var deadLetterTopic: String
  public var lateTopic: String
  /// Used only when a topic must be created.
  public var partitions: Int
  /// The replication factor of created topics; -1 leaves it to the broker.
  public var replication: Int

  public init(
    topic: String = "sales.metrics.v1", deadLetterTopic: String, lateTopic: String, partitions: Int = 4,
    replication: Int = -1
  ) {
    self.topic = topic
    self.deadLetterTopic = deadLetterTopic
    self.lateTopic = lateTopic
    self.partitions = partitions
    self.replication = replication
  }

  /// The defaults for an input: dead letters and late events go to topics named after its first one.
  public init(input: InputSettings) {
    let first = input.topics.first ?? "nadi"
    self.init(deadLetterTopic: "\(first).dlq", lateTopic: "\(first).late")
  }
}
