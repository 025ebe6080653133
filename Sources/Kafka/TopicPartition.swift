/// One partition of one topic.
public struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
  /// The topic's name.
  public var topic: String
  /// The partition's number, from 0.
  public var partition: Int32

  /// A partition of a topic.
  public init(topic: String, partition: Int32) {
    self.topic = topic
    self.partition = partition
  }

  /// The partitions of a topic that has so many.
  public static func all(of topic: String, count: Int) -> [TopicPartition] {
    (0..<Int32(count)).map { TopicPartition(topic: topic, partition: $0) }
  }

  /// Topic and partition as in "orders[3]".
  public var description: String { "\(topic)[\(partition)]" }
}
