internal import CRdKafka

extension KafkaConsumer {
  /// How long the brokers are asked who leads a topic's partitions now.
  private static let refreshMillis: Int32 = 5_000

  /// Starts reading the partitions at the offsets: the answer to `.assigned`.
  ///
  /// An offset may be `beginning`. The list replaces what was assigned before.
  public func assign(_ offsets: [(TopicPartition, Int64)]) throws {
    let list = PartitionList(offsets)
    try KafkaError.check(
      rd_kafka_assign(client.pointer, list.pointer),
      action: "assign \(offsets.count) partitions (\(client.sink.subject))", client: client.pointer)
    client.sink.awaitsAnswer = false
  }

  /// Starts reading the partitions at the first record there is, without a group.
  public func assignFromBeginning(_ partitions: [TopicPartition]) throws {
    try assign(partitions.map { ($0, Self.beginning) })
  }

  /// Stops reading all partitions: the answer to `.revoked` and `.lost`.
  public func unassign() throws {
    try KafkaError.check(
      rd_kafka_assign(client.pointer, nil), action: "give up the partitions (\(client.sink.subject))",
      client: client.pointer)
    client.sink.awaitsAnswer = false
  }

  /// The group's committed offsets, with the text stored beside each, of those partitions that have one.
  ///
  /// Waits for transactions that hold offsets of these partitions to end; throws when the time is over.
  public func committed(
    _ partitions: [TopicPartition], timeoutMillis: Int32
  ) throws -> [TopicPartition: (offset: Int64, metadata: String)] {
    guard !partitions.isEmpty else { return [:] }
    defer { client.drainLogs() }
    let list = PartitionList(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_INVALID)) })
    try KafkaError.check(
      rd_kafka_committed(client.pointer, list.pointer, timeoutMillis),
      action: "read committed offsets (\(client.sink.subject))", client: client.pointer, isLookUp: true)
    var result: [TopicPartition: (offset: Int64, metadata: String)] = [:]
    for element in list.elements {
      let partition = TopicPartition(element)
      try KafkaError.check(
        element.err, action: "read the committed offset of \(partition) (\(client.sink.subject))",
        client: client.pointer, isLookUp: true)
      guard element.offset >= 0 else { continue }
      let bytes = UnsafeRawBufferPointer(start: element.metadata, count: element.metadata_size)
      result[partition] = (element.offset, String(decoding: bytes, as: UTF8.self))
    }
    return result
  }

  /// Commits next offsets, each with a text of the application's own, and waits for the broker's word.
  ///
  /// After a time-out the commit may or may not have happened; making the same one again does no harm.
  public func commitSync(
    _ offsets: [(TopicPartition, Int64, metadata: String)], timeoutMillis: Int32 = 30_000
  ) throws {
    guard !offsets.isEmpty else { return }
    defer { client.drainLogs() }
    let action = "commit offsets (\(client.sink.subject))"
    // A queue of its own bounds the wait, which the synchronous call does not.
    guard let queue = rd_kafka_queue_new(client.pointer) else {
      preconditionFailure("librdkafka returned no queue, which it does only without memory.")
    }
    defer { rd_kafka_queue_destroy(queue) }
    let list = PartitionList(offsets)
    try KafkaError.check(
      rd_kafka_commit_queue(client.pointer, list.pointer, queue, nil, nil), action: action,
      client: client.pointer)
    guard let event = rd_kafka_queue_poll(queue, timeoutMillis) else {
      throw KafkaError(
        RD_KAFKA_RESP_ERR__TIMED_OUT, action: action, detail: "no answer within \(timeoutMillis) ms",
        client: client.pointer)
    }
    defer { rd_kafka_event_destroy(event) }
    try KafkaError.check(rd_kafka_event_error(event), action: action, client: client.pointer)
    guard let answered = rd_kafka_event_topic_partition_list(event) else { return }
    for element in PartitionList.elements(of: answered) {
      try KafkaError.check(
        element.err, action: "commit the offset of \(TopicPartition(element)) (\(client.sink.subject))",
        client: client.pointer)
    }
  }

  /// The offset of the first record that is still there, or else of the next one, of each partition.
  ///
  /// Asks the leaders of all partitions at once, and waits at most `timeoutMillis`, also for one that is gone.
  /// After a failure it asks for at most 5 s more who leads now.
  public func firstOffsets(
    _ partitions: [TopicPartition], timeoutMillis: Int32
  ) throws -> [TopicPartition: Int64] {
    guard !partitions.isEmpty else { return [:] }
    defer { client.drainLogs() }
    do {
      return try lookUpFirst(partitions, timeoutMillis)
    } catch {
      // A look-up goes by the leaders that are known, so the next one would fail like this one.
      for topic in Set(partitions.map(\.topic)) {
        _ = try? client.partitionCount(of: topic, timeoutMillis: min(timeoutMillis, Self.refreshMillis))
      }
      throw error
    }
  }

  private func lookUpFirst(
    _ partitions: [TopicPartition], _ timeoutMillis: Int32
  ) throws -> [TopicPartition: Int64] {
    // The offset that means the beginning is also the timestamp that means it.
    let list = PartitionList(partitions.map { ($0, Self.beginning) })
    try KafkaError.check(
      rd_kafka_offsets_for_times(client.pointer, list.pointer, timeoutMillis),
      action: "look up first offsets (\(client.sink.subject))", client: client.pointer, isLookUp: true)
    var result: [TopicPartition: Int64] = [:]
    for element in list.elements {
      let partition = TopicPartition(element)
      let action = "look up the first offset of \(partition) (\(client.sink.subject))"
      try KafkaError.check(element.err, action: action, client: client.pointer, isLookUp: true)
      guard element.offset >= 0 else {
        throw KafkaError(
          RD_KAFKA_RESP_ERR__BAD_MSG, action: action, detail: "the answer does not tell it",
          client: client.pointer)
      }
      result[partition] = element.offset
    }
    return result
  }

  /// Asks the leader for the first offset and the one after the last.
  ///
  /// In librdkafka 2.0.2 a leader that is gone may be waited for without end, whatever `timeoutMillis` says.
  public func watermarks(
    _ partition: TopicPartition, timeoutMillis: Int32
  ) throws -> (low: Int64, high: Int64) {
    defer { client.drainLogs() }
    var low: Int64 = 0
    var high: Int64 = 0
    try KafkaError.check(
      rd_kafka_query_watermark_offsets(
        client.pointer, partition.topic, partition.partition, &low, &high, timeoutMillis),
      action: "read the watermarks of \(partition) (\(client.sink.subject))", client: client.pointer)
    return (low, high)
  }

  /// The watermarks as of the last fetch, without asking the broker; nil before the first one.
  public func cachedWatermarks(_ partition: TopicPartition) -> (low: Int64, high: Int64)? {
    var low: Int64 = -1
    var high: Int64 = -1
    let code = rd_kafka_get_watermark_offsets(
      client.pointer, partition.topic, partition.partition, &low, &high)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return nil }
    return (max(low, 0), high)
  }

  /// The number of a topic's partitions, nil if the topic does not exist.
  public func partitionCount(of topic: String, timeoutMillis: Int32) throws -> Int? {
    try client.partitionCount(of: topic, timeoutMillis: timeoutMillis)
  }

  /// Lends librdkafka's description of this membership (member, generation), which fences transactions.
  public func withGroupMetadata<R>(_ body: (OpaquePointer) throws -> R) rethrows -> R {
    guard let metadata = rd_kafka_consumer_group_metadata(client.pointer) else {
      preconditionFailure("A consumer with a group has group metadata.")
    }
    defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
    return try body(metadata)
  }
}
