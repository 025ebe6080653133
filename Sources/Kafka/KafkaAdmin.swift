internal import CRdKafka

/// Creates and deletes topics, and reads their configuration.
///
/// Use it from one thread: its calls block.
public final class KafkaAdmin {
  let client: Client

  /// Builds an administrator; throws an error naming the property if a setting is unknown or invalid.
  public init(brokers: String, settings: Settings, log: @escaping LogHandler) throws {
    // A consumer handle, because a producer's metadata requests create the topics they ask for.
    client = try Client(
      kind: RD_KAFKA_CONSUMER, settings: Defaults.admin(brokers: brokers) + settings,
      subject: "administration of \(brokers)", log: log)
  }

  /// The failure to authenticate that was met since the last call, if any; other failures are of no interest here.
  public func takeRefusal() -> KafkaError? {
    rd_kafka_poll(client.pointer, 0)
    var refusal: KafkaError?
    for event in client.sink.takeEvents() {
      if case .failed(let error) = event, error.isRefused { refusal = refusal ?? error }
    }
    return refusal
  }

  /// Creates a topic; -1 leaves the number of partitions or replicas to the broker.
  ///
  /// Returns false if the topic existed already, whatever its configuration.
  public func createTopic(
    _ name: String, partitions: Int32 = -1, replication: Int16 = -1, configuration: [(String, String)] = [],
    timeoutMillis: Int32
  ) throws -> Bool {
    let action = "create topic \(name) (\(client.sink.subject))"
    var topic = try newTopic(name, partitions, replication, action: action)
    defer { rd_kafka_NewTopic_destroy(topic) }
    for (property, value) in configuration {
      try check(
        topic.flatMap { rd_kafka_NewTopic_set_config($0, property, value) }
          ?? RD_KAFKA_RESP_ERR_NO_ERROR, "set \(property) of topic \(name)")
    }
    let event = try request(RD_KAFKA_ADMIN_OP_CREATETOPICS, action: action, timeoutMillis) {
      rd_kafka_CreateTopics(client.pointer, &topic, 1, $0, $1)
    }
    defer { rd_kafka_event_destroy(event) }
    var count = 0
    let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
    guard let results, count == 1, let result = results[0] else { return true }
    let code = rd_kafka_topic_result_error(result)
    if code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { return false }
    guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return true }
    throw KafkaError(
      code, action: action, detail: rd_kafka_topic_result_error_string(result).map { String(cString: $0) },
      client: client.pointer)
  }

  /// A topic's configuration as the broker applies it; values the broker hides are left out.
  public func topicConfiguration(_ name: String, timeoutMillis: Int32) throws -> [String: String] {
    let action = "read the configuration of topic \(name) (\(client.sink.subject))"
    var resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name)
    defer { rd_kafka_ConfigResource_destroy(resource) }
    let event = try request(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, action: action, timeoutMillis) {
      rd_kafka_DescribeConfigs(client.pointer, &resource, 1, $0, $1)
    }
    defer { rd_kafka_event_destroy(event) }
    var count = 0
    let resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event), &count)
    guard let resources, count == 1, let described = resources[0] else { return [:] }
    try check(rd_kafka_ConfigResource_error(described), action)
    var entryCount = 0
    let entries = rd_kafka_ConfigResource_configs(described, &entryCount)
    var result: [String: String] = [:]
    for index in 0..<entryCount {
      guard let entry = entries?[index], let property = rd_kafka_ConfigEntry_name(entry),
        let value = rd_kafka_ConfigEntry_value(entry)
      else { continue }
      result[String(cString: property)] = String(cString: value)
    }
    return result
  }

  /// The number of a topic's partitions, nil if the topic does not exist.
  public func partitionCount(of topic: String, timeoutMillis: Int32) throws -> Int? {
    try client.partitionCount(of: topic, timeoutMillis: timeoutMillis)
  }

  private func newTopic(
    _ name: String, _ partitions: Int32, _ replication: Int16, action: String
  ) throws -> OpaquePointer? {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
      if let topic = rd_kafka_NewTopic_new(
        name, partitions, Int32(replication), buffer.baseAddress, buffer.count)
      {
        return topic
      }
      throw KafkaError(
        RD_KAFKA_RESP_ERR__INVALID_ARG, action: action, detail: buffer.baseAddress.map { String(cString: $0) }
      )
    }
  }

  /// Sends one request and waits for its answer, which the caller destroys.
  func request(
    _ kind: rd_kafka_admin_op_t, action: String, _ timeoutMillis: Int32,
    _ send: (OpaquePointer?, OpaquePointer) -> Void
  ) throws -> OpaquePointer {
    defer {
      client.drainErrorsToLog()
      client.drainLogs()
    }
    let options = rd_kafka_AdminOptions_new(client.pointer, kind)
    defer { rd_kafka_AdminOptions_destroy(options) }
    guard let queue = rd_kafka_queue_new(client.pointer) else {
      preconditionFailure("librdkafka returned no queue, which it does only without memory.")
    }
    defer { rd_kafka_queue_destroy(queue) }
    try check(rd_kafka_AdminOptions_set_request_timeout(options, timeoutMillis, nil, 0), action)
    send(options, queue)
    rd_kafka_poll(client.pointer, 0)
    // The request has its own time-out; the second on top lets that one speak first.
    guard let event = rd_kafka_queue_poll(queue, timeoutMillis + 1_000) else {
      throw KafkaError(
        RD_KAFKA_RESP_ERR__TIMED_OUT, action: action, detail: "no answer within \(timeoutMillis) ms",
        client: client.pointer)
    }
    let code = rd_kafka_event_error(event)
    guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return event }
    defer { rd_kafka_event_destroy(event) }
    throw KafkaError(
      code, action: action, detail: rd_kafka_event_error_string(event).map { String(cString: $0) },
      client: client.pointer)
  }

  private func check(_ code: rd_kafka_resp_err_t, _ action: String) throws {
    try KafkaError.check(code, action: action, client: client.pointer)
  }
}
