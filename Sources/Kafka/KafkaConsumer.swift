internal import CRdKafka

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One member of a consumer group.
///
/// Use it from one thread: its calls block, and the closures it is given run inside them.
/// Releasing it without `close` is like a crash: the group notices only by its session timeout.
public final class KafkaConsumer {
  /// The offset that means "from the first record there is".
  public static let beginning: Int64 = -2

  let client: Client
  private let queue: OpaquePointer
  private let group: String
  private var topics: [String] = []
  private var topicNames: [UnsafeMutablePointer<CChar>] = []
  private var isClosed = false
  private var capacity = 0
  private var messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
  private var records: UnsafeMutablePointer<KafkaRecord>

  /// Builds a member of a group; `instance` makes it a static one (KIP-345), which keeps its partitions
  /// over a restart within the session timeout.
  ///
  /// Throws an error naming the property if a setting is unknown or invalid.
  public init(
    brokers: String, group: String, instance: String?, settings: Settings, log: @escaping LogHandler
  ) throws {
    client = try Client(
      kind: RD_KAFKA_CONSUMER,
      settings: Defaults.consumer(brokers: brokers, group: group, instance: instance) + settings,
      subject: "consumer group \(group) at \(brokers)", log: log)
    self.group = group
    rd_kafka_poll_set_consumer(client.pointer)
    guard let queue = rd_kafka_queue_get_consumer(client.pointer) else {
      preconditionFailure("A consumer with a group has a consumer queue.")
    }
    self.queue = queue
    messages = .allocate(capacity: 0)
    records = .allocate(capacity: 0)
  }

  deinit {
    rd_kafka_queue_destroy(queue)
    messages.deallocate()
    records.deallocate()
    for name in topicNames { free(name) }
  }

  /// Joins the group for these topics, all of which should exist; the assignment follows as an event.
  public func subscribe(_ topics: [String]) throws {
    let list = PartitionList(topics.map { (TopicPartition(topic: $0, partition: -1), -1001) })
    try KafkaError.check(
      rd_kafka_subscribe(client.pointer, list.pointer),
      action: "subscribe group \(group) to \(topics.joined(separator: ", "))", client: client.pointer)
    for name in topicNames { free(name) }
    topicNames = topics.compactMap { strdup($0) }
    precondition(topicNames.count == topics.count, "There is memory for the topics' names.")
    self.topics = topics
  }

  /// Waits at most `timeoutMillis` for a first record or event, hands at most `limit` records, in order per
  /// partition, to `body`, then releases them. Returns the number of records.
  ///
  /// Events met on the way are taken with `takeEvents` afterwards; they may concern records in this batch.
  /// If `body` throws, the batch counts as handed out all the same.
  public func poll(
    limit: Int, timeoutMillis: Int32, _ body: (UnsafeBufferPointer<KafkaRecord>) throws -> Void
  ) rethrows -> Int {
    precondition(limit > 0, "A poll asks for at least one record.")
    client.drainLogs()
    reserve(limit)
    // A batch call returns only when full or timed out, so wait for one message and take what else is there.
    var count = receiveBatch(from: 0, limit: limit)
    if count == 0, client.sink.isEmpty, timeoutMillis > 0,
      let first = rd_kafka_consume_queue(queue, timeoutMillis)
    {
      messages[0] = first
      count = 1 + (limit > 1 ? receiveBatch(from: 1, limit: limit) : 0)
    }
    guard count > 0 else { return 0 }
    defer {
      for index in 0..<count {
        if let message = messages[index] { rd_kafka_message_destroy(message) }
      }
    }
    let recordCount = translate(count)
    if recordCount > 0 { try body(UnsafeBufferPointer(start: records, count: recordCount)) }
    return recordCount
  }

  /// The events met since the last call, oldest first.
  public func takeEvents() -> [Event] { client.sink.takeEvents() }

  /// Librdkafka's newest figures as the JSON that its STATISTICS.md describes; nil when none came since the last call.
  ///
  /// They come while polling, every `statistics.interval.ms`, which is never unless it is set.
  public func takeStatistics() -> [UInt8]? { client.takeStatistics() }

  /// Closes the member: waits at most `timeoutMillis` for the group, and leaves it unless static.
  ///
  /// Returns whether the group heard of it in time. Partitions still held are given up without a commit.
  @discardableResult
  public func close(timeoutMillis: Int32 = 10_000) -> Bool {
    guard !isClosed else { return true }
    isClosed = true
    client.sink.answersRebalances = true
    if client.sink.awaitsAnswer { rd_kafka_assign(client.pointer, nil) }
    // The group's events are forwarded to a queue of their own, for a queue cannot be forwarded to itself.
    guard let closing = rd_kafka_queue_new(client.pointer) else { return false }
    defer {
      rd_kafka_queue_destroy(closing)
      client.drainLogs()
    }
    if let error = rd_kafka_consumer_close_queue(client.pointer, closing) {
      rd_kafka_error_destroy(error)
      return false
    }
    let deadline = ContinuousClock.now + .milliseconds(Int(timeoutMillis))
    while rd_kafka_consumer_closed(client.pointer) == 0, ContinuousClock.now < deadline {
      if let message = rd_kafka_consume_queue(closing, 20) { rd_kafka_message_destroy(message) }
    }
    return rd_kafka_consumer_closed(client.pointer) != 0
  }

  private func receiveBatch(from start: Int, limit: Int) -> Int {
    let received = rd_kafka_consume_batch_queue(queue, 0, messages + start, limit - start)
    guard received >= 0 else {
      client.sink.report(
        rd_kafka_last_error(), action: "poll as \(client.sink.subject)",
        detail: "the batch call failed", client: client.pointer)
      return 0
    }
    return received
  }

  /// Turns messages into records, and those that carry an error into events. Returns the number of records.
  private func translate(_ count: Int) -> Int {
    var recordCount = 0
    var topic: OpaquePointer?
    var topicIndex = -1
    for index in 0..<count {
      guard let message = messages[index] else { continue }
      if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
        report(message)
        continue
      }
      if message.pointee.rkt != topic {
        topic = message.pointee.rkt
        topicIndex = position(ofTopic: topic)
      }
      (records + recordCount).initialize(to: KafkaRecord(message, topicIndex: topicIndex))
      recordCount += 1
    }
    return recordCount
  }

  private func report(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
    let topic = message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? ""
    let partition = TopicPartition(topic: topic, partition: message.pointee.partition)
    if message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
      client.sink.report(.endOfPartition(partition, offset: message.pointee.offset))
      return
    }
    let place = topic.isEmpty ? "" : " \(partition) at offset \(message.pointee.offset)"
    let detail = rd_kafka_message_errstr(message).map { String(cString: $0) }
    client.sink.report(
      message.pointee.err, action: "consume\(place) (\(client.sink.subject))",
      detail: detail ?? String(cString: rd_kafka_err2str(message.pointee.err)), client: client.pointer)
  }

  private func position(ofTopic topic: OpaquePointer?) -> Int {
    guard let topic, let name = rd_kafka_topic_name(topic) else { return -1 }
    return topicNames.firstIndex { strcmp($0, name) == 0 } ?? -1
  }

  private func reserve(_ limit: Int) {
    guard limit > capacity else { return }
    messages.deallocate()
    records.deallocate()
    messages = .allocate(capacity: limit)
    messages.initialize(repeating: nil, count: limit)
    records = .allocate(capacity: limit)
    capacity = limit
  }
}
