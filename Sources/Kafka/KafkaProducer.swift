internal import CRdKafka

/// An idempotent producer, transactional if it has an identifier.
///
/// Use it from one thread: its calls block, and delivery failures are learnt inside them.
public final class KafkaProducer {
  let client: Client
  private var resetsFailures = false
  /// Librdkafka does not count every fencing among its fatal errors.
  var fencing: KafkaError?

  /// Builds a producer; throws an error naming the property if a setting is unknown or invalid.
  public init(
    brokers: String, transactionalIdentifier: String?, settings: Settings, log: @escaping LogHandler
  ) throws {
    let name = transactionalIdentifier.map { "transactional producer \($0)" } ?? "producer"
    client = try Client(
      kind: RD_KAFKA_PRODUCER,
      settings: Defaults.producer(
        brokers: brokers, transactionalIdentifier: transactionalIdentifier, overrides: settings) + settings,
      subject: "\(name) at \(brokers)", log: log)
  }

  /// Looks a topic up, waiting at most `timeoutMillis`; throws if it does not exist.
  ///
  /// The look-up is also what keeps the first record from waiting a second for metadata.
  public func topic(_ name: String, timeoutMillis: Int32 = 10_000) throws -> KafkaTopic {
    let deadline = ContinuousClock.now + .milliseconds(Int(timeoutMillis))
    while true {
      do {
        let count = try client.partitionCount(of: name, timeoutMillis: timeoutMillis)
        guard let count else {
          throw KafkaError(
            RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, action: "use topic \(name) (\(client.sink.subject))",
            client: client.pointer)
        }
        if count > 0 { return try KafkaTopic(name, partitionCount: count, client: client) }
      } catch let error as KafkaError where error.isRetriable {
        if ContinuousClock.now >= deadline { throw error }
      }
      // A topic just created has no leader yet.
      rd_kafka_poll(client.pointer, 50)
      guard ContinuousClock.now < deadline else {
        throw KafkaError(
          RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, action: "use topic \(name) (\(client.sink.subject))",
          client: client.pointer)
      }
    }
  }

  /// Queues one record, copying key, value and headers; a nil value is a tombstone, timestamp 0 means now.
  ///
  /// When the queue is full, serves deliveries and tries again for at most `timeoutMillis`, then throws a
  /// retriable error. What becomes of the record is learnt from `flush` or the commit.
  public func produce(
    _ topic: KafkaTopic, partition: Int32 = KafkaTopic.anyPartition, key: UnsafeRawBufferPointer,
    value: UnsafeRawBufferPointer?, timestampMillis: Int64 = 0, headers: KafkaHeaders?,
    timeoutMillis: Int32 = 10_000
  ) throws {
    if resetsFailures { resetFailures() }
    var code = queue(topic, partition, key, value, timestampMillis, headers)
    if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
    if code == RD_KAFKA_RESP_ERR__QUEUE_FULL {
      let deadline = ContinuousClock.now + .milliseconds(Int(timeoutMillis))
      while code == RD_KAFKA_RESP_ERR__QUEUE_FULL, ContinuousClock.now < deadline {
        rd_kafka_poll(client.pointer, 1)
        code = queue(topic, partition, key, value, timestampMillis, headers)
      }
      if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
    }
    throw KafkaError(
      code,
      action: "queue a record of \(key.count + (value?.count ?? 0)) bytes for \(topic.name)"
        + "[\(partition)] (\(client.sink.subject))", client: client.pointer)
  }

  /// Waits until every queued record is delivered or has failed.
  ///
  /// Throws a retriable error when the time is over, or the first delivery failure if there was one.
  public func flush(timeoutMillis: Int32) throws {
    defer { drain() }
    try KafkaError.check(
      deliver(timeoutMillis: timeoutMillis),
      action: "deliver \(outstandingCount) records within \(timeoutMillis) ms (\(client.sink.subject))",
      client: client.pointer)
    resetsFailures = true
    if let failure = client.sink.firstDeliveryFailure { throw failure }
  }

  /// Sends what is queued without waiting for more, until nothing is left or the time is over.
  ///
  /// Librdkafka alone looks every 10 ms whether all is delivered.
  func deliver(timeoutMillis: Int32) -> rd_kafka_resp_err_t {
    let begun = ContinuousClock.now
    while true {
      let passed = ContinuousClock.now - begun
      let left = .milliseconds(Int(timeoutMillis)) - passed
      let step: Int32 = passed < Self.closeLook ? 1 : 10
      let code = rd_kafka_flush(client.pointer, left < .milliseconds(Int(step)) ? 0 : step)
      if code != RD_KAFKA_RESP_ERR__TIMED_OUT || left <= .zero { return code }
    }
  }

  private static let closeLook = Duration.milliseconds(30)

  /// Serves what the brokers answered without waiting; returns the number of answers served.
  @discardableResult
  public func poll() -> Int {
    let served = rd_kafka_poll(client.pointer, 0)
    drain()
    return Int(served)
  }

  /// Librdkafka's newest figures as the JSON that its STATISTICS.md describes; nil when none came since the last call.
  ///
  /// They come with `poll`, every `statistics.interval.ms`, which is never unless it is set.
  public func takeStatistics() -> [UInt8]? { client.takeStatistics() }

  /// Records known to have failed since the transaction began, or the first record after the last flush.
  public var deliveryFailures: Int { client.sink.deliveryFailures }

  /// The first of the `deliveryFailures`.
  public var firstDeliveryFailure: KafkaError? { client.sink.firstDeliveryFailure }

  /// The number of records not yet delivered, plus reports not yet served by `poll`.
  public var outstandingCount: Int { Int(rd_kafka_outq_len(client.pointer)) }

  /// The error after which the producer can do no more, if it has met one.
  public func fatalCause() -> KafkaError? {
    guard KafkaError.fatalCause(of: client.pointer) != nil else { return fencing }
    return KafkaError(
      RD_KAFKA_RESP_ERR__FATAL, action: "work as \(client.sink.subject)", client: client.pointer)
  }

  func resetFailures() {
    resetsFailures = false
    client.sink.deliveryFailures = 0
    client.sink.firstDeliveryFailure = nil
  }

  func drain() {
    client.drainErrorsToLog()
    client.drainLogs()
  }

  private func queue(
    _ topic: KafkaTopic, _ partition: Int32, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?,
    _ timestampMillis: Int64, _ headers: KafkaHeaders?
  ) -> rd_kafka_resp_err_t {
    guard let headers else {
      return queue(topic, partition, key, value, timestampMillis, nil, 0)
    }
    return headers.withEntries { queue(topic, partition, key, value, timestampMillis, $0, $1) }
  }

  private func queue(
    _ topic: KafkaTopic, _ partition: Int32, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?,
    _ timestampMillis: Int64, _ headers: UnsafePointer<crdkafka_header_t>?, _ headerCount: Int
  ) -> rd_kafka_resp_err_t {
    var empty: UInt8 = 0
    if let value, value.baseAddress == nil {
      // A null pointer would make a tombstone of an empty value.
      return crdkafka_produce(
        client.pointer, topic.pointer, partition, key.baseAddress, key.count, &empty, 0, timestampMillis,
        headers, headerCount)
    }
    return crdkafka_produce(
      client.pointer, topic.pointer, partition, key.baseAddress, key.count, value?.baseAddress,
      value?.count ?? 0, timestampMillis, headers, headerCount)
  }
}
