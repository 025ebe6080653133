internal import CRdKafka

extension KafkaProducer {
  /// Claims the transactional identifier, fencing whoever used it before; once, before all else.
  public func initTransactions(timeoutMillis: Int32) throws {
    try perform("start transactions") { rd_kafka_init_transactions($0, timeoutMillis) }
  }

  /// Begins a transaction; every record produced until its end belongs to it.
  public func beginTransaction() throws {
    try perform("begin a transaction") { rd_kafka_begin_transaction($0) }
    resetFailures()
  }

  /// Adds the consumer's next offsets, each with a text of the application's own, to the transaction.
  ///
  /// Fenced by the consumer's membership (KIP-447): a member that lost its partitions fails here. While no
  /// broker answers, librdkafka may overrun the time by up to the transaction's own timeout.
  public func sendOffsets(
    _ offsets: [(TopicPartition, Int64, metadata: String)], consumer: KafkaConsumer, timeoutMillis: Int32
  ) throws {
    guard !offsets.isEmpty else { return }
    let list = PartitionList(offsets)
    try consumer.withGroupMetadata { group in
      try perform("add offsets to the transaction") {
        rd_kafka_send_offsets_to_transaction($0, list.pointer, group, timeoutMillis)
      }
    }
  }

  /// Delivers what is queued and commits the transaction.
  ///
  /// After a retriable error the same call may be made again. After a time-out that is not retried the
  /// outcome is unknown: replace the producer and read the committed offsets.
  public func commitTransaction(timeoutMillis: Int32) throws {
    let begun = ContinuousClock.now
    // What is not delivered in time is for the commit to say.
    _ = deliver(timeoutMillis: timeoutMillis)
    let left = Int64(timeoutMillis) - Int64((ContinuousClock.now - begun) / .milliseconds(1))
    try perform("commit the transaction") {
      rd_kafka_commit_transaction($0, Int32(max(left, Self.leastCommitMillis)))
    }
  }

  /// Drops what is queued and aborts the transaction.
  public func abortTransaction(timeoutMillis: Int32) throws {
    try perform("abort the transaction") { rd_kafka_abort_transaction($0, timeoutMillis) }
  }

  private static let leastCommitMillis: Int64 = 1_000

  private func perform(_ action: String, _ call: (OpaquePointer) -> OpaquePointer?) throws {
    defer { drain() }
    do {
      try KafkaError.check(
        call(client.pointer), action: "\(action) (\(client.sink.subject))", client: client.pointer)
    } catch {
      if let error = error as? KafkaError, error.isFenced { fencing = error }
      throw error
    }
  }
}
