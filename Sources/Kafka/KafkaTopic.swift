internal import CRdKafka

/// A topic as a producer addresses it; keeps the producer's connection alive.
public final class KafkaTopic {
  /// Lets the partitioner choose by the record's key.
  public static let anyPartition: Int32 = -1

  /// The topic's name.
  public let name: String
  /// The number of partitions when the topic was looked up.
  public let partitionCount: Int
  let pointer: OpaquePointer
  private let client: Client

  init(_ name: String, partitionCount: Int, client: Client) throws {
    guard let pointer = rd_kafka_topic_new(client.pointer, name, nil) else {
      throw KafkaError(
        rd_kafka_last_error(), action: "use topic \(name) (\(client.sink.subject))", client: client.pointer)
    }
    self.name = name
    self.partitionCount = partitionCount
    self.pointer = pointer
    self.client = client
  }

  deinit { rd_kafka_topic_destroy(pointer) }
}
