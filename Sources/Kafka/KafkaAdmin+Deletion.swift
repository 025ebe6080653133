internal import CRdKafka

extension KafkaAdmin {
  /// Deletes a topic with everything in it.
  ///
  /// - Throws: `KafkaError` when there is no such topic, or the broker does not let it be deleted.
  public func deleteTopic(_ name: String, timeoutMillis: Int32) throws {
    let action = "delete topic \(name) (\(client.sink.subject))"
    var topic = rd_kafka_DeleteTopic_new(name)
    defer { rd_kafka_DeleteTopic_destroy(topic) }
    let event = try request(RD_KAFKA_ADMIN_OP_DELETETOPICS, action: action, timeoutMillis) {
      rd_kafka_DeleteTopics(client.pointer, &topic, 1, $0, $1)
    }
    defer { rd_kafka_event_destroy(event) }
    var count = 0
    let results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
    guard let results, count == 1, let result = results[0] else { return }
    try KafkaError.check(
      rd_kafka_topic_result_error(result), action: action, client: client.pointer)
  }
}
