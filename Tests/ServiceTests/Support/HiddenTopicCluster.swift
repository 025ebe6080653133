import CRdKafka
import Testing

/// A mock cluster that denies having the input topic until it is told to show it.
///
/// The mock creates topics that clients ask for, so a topic can only be missing by pretence.
final class HiddenTopicCluster {
  private let client: OpaquePointer
  private let cluster: OpaquePointer

  init() throws {
    client = try #require(rd_kafka_new(RD_KAFKA_PRODUCER, nil, nil, 0))
    cluster = try #require(rd_kafka_mock_cluster_new(client, 1))
    for topic in [Configurations.output, Configurations.deadLetters, Configurations.late] {
      try #require(rd_kafka_mock_topic_create(cluster, topic, 1, 1) == RD_KAFKA_RESP_ERR_NO_ERROR)
    }
    let count = Int32(Input.partitionCount)
    try #require(
      rd_kafka_mock_topic_create(cluster, Configurations.input, count, 1) == RD_KAFKA_RESP_ERR_NO_ERROR)
    rd_kafka_mock_topic_set_error(cluster, Configurations.input, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
  }

  deinit {
    rd_kafka_mock_cluster_destroy(cluster)
    rd_kafka_destroy(client)
  }

  var brokers: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

  func show() { rd_kafka_mock_topic_set_error(cluster, Configurations.input, RD_KAFKA_RESP_ERR_NO_ERROR) }
}
