internal import CRdKafka

/// Collects what librdkafka tells through callbacks, until the owning client looks.
///
/// The callbacks run inside calls of the owning thread (a poll, a flush, a commit), never on other threads.
final class EventSink {
  /// More pending failures than this are dropped: they repeat the same news until somebody polls.
  private static let failuresMax = 1_000

  /// Where the client stands in, for error messages, as in "consumer group sales at broker:9092".
  let subject: String
  private var events: [KafkaConsumer.Event] = []
  private var failureCount = 0

  /// A rebalance was reported and neither assign nor unassign has answered it.
  var awaitsAnswer = false
  /// Set while closing: no one is left to answer, so rebalances are answered on the spot.
  var answersRebalances = false

  /// The client's figures as JSON, the last that were not taken yet.
  var statistics: [UInt8]?

  var deliveryFailures = 0
  var firstDeliveryFailure: KafkaError?

  init(subject: String) { self.subject = subject }

  var isEmpty: Bool { events.isEmpty }

  func takeEvents() -> [KafkaConsumer.Event] {
    guard !events.isEmpty else { return [] }
    let taken = events
    events.removeAll(keepingCapacity: true)
    failureCount = 0
    return taken
  }

  func report(_ event: KafkaConsumer.Event) {
    if case .failed = event {
      guard failureCount < EventSink.failuresMax else { return }
      failureCount += 1
    }
    events.append(event)
  }

  func report(_ code: rd_kafka_resp_err_t, action: String, detail: String, client: OpaquePointer?) {
    let error = KafkaError(code, action: action, detail: detail, client: client)
    report(error.isFatal ? .fatal(error) : .failed(error))
  }

  /// Only records the news: the application answers after the poll, and librdkafka waits for that.
  func rebalance(
    _ client: OpaquePointer, _ code: rd_kafka_resp_err_t,
    _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
  ) {
    guard !answersRebalances else {
      rd_kafka_assign(client, nil)
      return
    }
    let partitions = list.map { PartitionList.elements(of: $0).map { TopicPartition($0) } } ?? []
    awaitsAnswer = true
    if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
      report(.assigned(partitions))
    } else if code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS {
      report(rd_kafka_assignment_lost(client) != 0 ? .lost(partitions) : .revoked(partitions))
    } else {
      report(.failed(KafkaError(code, action: "join \(subject)", client: client)))
      report(.lost(partitions))
    }
    // Ends the current poll, so that the answer is not kept waiting.
    rd_kafka_yield(client)
  }

  func delivered(_ client: OpaquePointer?, _ message: rd_kafka_message_t) {
    guard message.err != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    deliveryFailures += 1
    guard firstDeliveryFailure == nil else { return }
    let topic = message.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? "an unknown topic"
    firstDeliveryFailure = KafkaError(
      message.err, action: "deliver a record to \(topic)[\(message.partition)] (\(subject))", client: client)
  }
}
