internal import CRdKafka

/// Librdkafka's broker within the process: for the demonstration and for tests, on a free loopback port.
///
/// It keeps about 5 MiB per partition, shows the records of aborted transactions, drops transactional
/// offsets and fences no one. It does not check sequence numbers: an idempotent producer that meets errors may lose
/// or reorder records in it, unless its max.in.flight is 1. In librdkafka 2.16 it writes transaction markers without
/// a checksum, so consumers of transactional records need check.crcs=false there.
public final class KafkaMockCluster {
  /// The protocol numbers of requests that errors can be pushed for.
  public enum Request {
    /// Produce.
    public static let produce: Int16 = 0
    /// Fetch.
    public static let fetch: Int16 = 1
    /// ListOffsets.
    public static let listOffsets: Int16 = 2
    /// Metadata.
    public static let metadata: Int16 = 3
    /// OffsetCommit.
    public static let offsetCommit: Int16 = 8
    /// OffsetFetch.
    public static let offsetFetch: Int16 = 9
    /// InitProducerId.
    public static let initProducerIdentifier: Int16 = 22
    /// AddOffsetsToTxn.
    public static let addOffsetsToTransaction: Int16 = 25
    /// EndTxn.
    public static let endTransaction: Int16 = 26
    /// TxnOffsetCommit.
    public static let transactionOffsetCommit: Int16 = 28
  }

  private let client: Client
  private let cluster: OpaquePointer
  private let brokerCount: Int

  /// Starts a cluster of `brokers` brokers.
  public init(brokers: Int = 1) throws {
    precondition(brokers > 0, "A cluster has at least one broker.")
    client = try Client(
      kind: RD_KAFKA_PRODUCER, settings: [("log_level", "0")], subject: "the mock cluster"
    ) { _, _, _ in }
    guard let cluster = rd_kafka_mock_cluster_new(client.pointer, Int32(brokers)) else {
      throw KafkaError(
        rd_kafka_last_error(), action: "start the mock cluster",
        detail: "no loopback port could be opened")
    }
    self.cluster = cluster
    brokerCount = brokers
  }

  deinit { rd_kafka_mock_cluster_destroy(cluster) }

  /// The brokers' addresses, as a client's `brokers`.
  public var bootstrap: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

  /// Creates a topic with one replica.
  public func createTopic(_ name: String, partitions: Int) throws {
    try check(
      rd_kafka_mock_topic_create(cluster, name, Int32(partitions), 1), "create topic \(name)")
  }

  /// Makes the next requests of a kind fail, one per error code, in order.
  ///
  /// Librdkafka's own transport error (-195) closes the connection instead of answering.
  public func pushRequestErrors(apiKey: Int16, _ codes: [Int32]) {
    let errors = codes.map { rd_kafka_resp_err_t($0) }
    rd_kafka_mock_push_request_errors_array(cluster, apiKey, errors.count, errors)
  }

  /// Forgets the errors pushed for a kind of request.
  public func clearRequestErrors(apiKey: Int16) { rd_kafka_mock_clear_request_errors(cluster, apiKey) }

  /// Delays every answer of every broker.
  public func setRoundTripMillis(_ millis: Int) throws {
    for broker in 1...brokerCount {
      try check(
        rd_kafka_mock_broker_set_rtt(cluster, Int32(broker), Int32(millis)), "delay broker \(broker)")
    }
  }

  /// Makes a broker, numbered from 1, refuse connections, or accept them again.
  public func setBroker(_ broker: Int, isUp: Bool) throws {
    let number = Int32(broker)
    try check(
      isUp
        ? rd_kafka_mock_broker_set_up(cluster, number) : rd_kafka_mock_broker_set_down(cluster, number),
      "switch broker \(broker)")
  }

  private func check(_ code: rd_kafka_resp_err_t, _ action: String) throws {
    try KafkaError.check(code, action: "\(action) in the mock cluster", client: client.pointer)
  }
}
