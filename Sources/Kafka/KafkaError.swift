internal import CRdKafka

/// A failed call or a reported failure: what failed, where, and what to do about it.
public struct KafkaError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Librdkafka's error code: negative for its own errors, positive for those of the Kafka protocol.
  public var code: Int32
  /// The code's name, such as "_TIMED_OUT" or "FENCED_INSTANCE_ID".
  public var name: String
  /// What failed, where, why, and what to do.
  public var message: String
  /// The client can do no more: it must be closed and built anew.
  public var isFatal: Bool
  /// The same call may be made again.
  public var isRetriable: Bool
  /// The current transaction must be aborted.
  public var requiresAbort: Bool
  /// Another process has taken over this producer's or group member's identifier; always fatal too.
  public var isFenced: Bool

  /// The brokers do not accept who this client says it is, or do not let it do this; trying again is of no use.
  public var isRefused: Bool { KafkaError.refusedCodes.contains(code) }
  /// A property that librdkafka does not know or does not accept.
  public var isInvalidSetting: Bool { code == RD_KAFKA_RESP_ERR__INVALID_ARG.rawValue }

  /// An error with every property given.
  public init(
    code: Int32, name: String, message: String, isFatal: Bool = false, isRetriable: Bool = false,
    requiresAbort: Bool = false, isFenced: Bool = false
  ) {
    self.code = code
    self.name = name
    self.message = message
    self.isFatal = isFatal
    self.isRetriable = isRetriable
    self.requiresAbort = requiresAbort
    self.isFenced = isFenced
  }

  /// The message followed by the code's name.
  public var description: String { "\(message) [\(name)]" }
}

extension KafkaError {
  /// - Parameters:
  ///   - action: what was attempted and where, as in "commit offsets of group sales".
  ///   - detail: the library's own words; the code's description if nil.
  ///   - client: looked up for a fatal error, which then is the cause.
  ///   - isLookUp: whether offsets were looked up, of which more failures pass.
  init(
    _ code: rd_kafka_resp_err_t, action: String, detail: String? = nil, client: OpaquePointer? = nil,
    isLookUp: Bool = false
  ) {
    var cause = code
    var reason = detail ?? String(cString: rd_kafka_err2str(code))
    var isFatal = code == RD_KAFKA_RESP_ERR__FATAL
    if let client, let fatal = KafkaError.fatalCause(of: client) {
      if isFatal || code == RD_KAFKA_RESP_ERR__STATE {
        cause = fatal.code
        reason = fatal.reason
      }
      isFatal = true
    }
    let isFenced = KafkaError.fencedCodes.contains(cause.rawValue)
    // Librdkafka calls some fencing abortable, but the abort of a fenced producer fails as well.
    isFatal = isFatal || isFenced
    let passes =
      KafkaError.retriableCodes.contains(cause.rawValue)
      || isLookUp && KafkaError.lookUpCodes.contains(cause.rawValue)
    let isRetriable = !isFatal && passes
    let remedy = KafkaError.remedy(
      cause, isFatal: isFatal, isFenced: isFenced, isRetriable: isRetriable)
    self.init(
      code: cause.rawValue, name: String(cString: rd_kafka_err2name(cause)),
      message: "Cannot \(action): \(reason).\(remedy)", isFatal: isFatal, isRetriable: isRetriable,
      isFenced: isFenced)
  }

  /// Throws what the call returned, if it returned an error, and frees it.
  static func check(_ error: OpaquePointer?, action: String, client: OpaquePointer) throws {
    guard let error else { return }
    defer { rd_kafka_error_destroy(error) }
    var result = KafkaError(
      rd_kafka_error_code(error), action: action, detail: String(cString: rd_kafka_error_string(error)),
      client: client)
    if rd_kafka_error_is_fatal(error) != 0 { result.isFatal = true }
    result.isRetriable = !result.isFatal && rd_kafka_error_is_retriable(error) != 0
    result.requiresAbort = !result.isFatal && rd_kafka_error_txn_requires_abort(error) != 0
    throw result
  }

  /// Throws unless the code says success.
  static func check(
    _ code: rd_kafka_resp_err_t, action: @autoclosure () -> String, client: OpaquePointer,
    isLookUp: Bool = false
  ) throws {
    guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    throw KafkaError(code, action: action(), client: client, isLookUp: isLookUp)
  }

  /// The fatal error a client is in, if any.
  static func fatalCause(of client: OpaquePointer) -> (code: rd_kafka_resp_err_t, reason: String)? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
      let code = rd_kafka_fatal_error(client, buffer.baseAddress, buffer.count)
      guard code != RD_KAFKA_RESP_ERR_NO_ERROR, let start = buffer.baseAddress else { return nil }
      return (code, String(cString: start))
    }
  }

  private static let fencedCodes: Set<Int32> = [
    RD_KAFKA_RESP_ERR__FENCED.rawValue, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID.rawValue,
    RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH.rawValue, RD_KAFKA_RESP_ERR_PRODUCER_FENCED.rawValue,
  ]

  private static let retriableCodes: Set<Int32> = [
    RD_KAFKA_RESP_ERR__TRANSPORT.rawValue, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue,
    RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE.rawValue,
    RD_KAFKA_RESP_ERR__QUEUE_FULL.rawValue, RD_KAFKA_RESP_ERR__WAIT_COORD.rawValue,
    RD_KAFKA_RESP_ERR__RETRY.rawValue, RD_KAFKA_RESP_ERR__RESOLVE.rawValue,
    RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE.rawValue, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION.rawValue,
    RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT.rawValue, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION.rawValue,
    RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS.rawValue,
    RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE.rawValue, RD_KAFKA_RESP_ERR_NOT_COORDINATOR.rawValue,
    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS.rawValue, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT.rawValue,
    RD_KAFKA_RESP_ERR_NOT_CONTROLLER.rawValue, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS.rawValue,
    RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS.rawValue,
  ]

  /// What look-ups of offsets meet while partitions move between brokers. Elsewhere it may not pass: a topic that a
  /// producer does not find is missing.
  private static let lookUpCodes: Set<Int32> = [
    RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION.rawValue, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART.rawValue,
    RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE.rawValue, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR.rawValue,
    RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH.rawValue, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH.rawValue,
    RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE.rawValue,
  ]

  private static let refusedCodes: Set<Int32> = [
    RD_KAFKA_RESP_ERR__AUTHENTICATION.rawValue, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED.rawValue,
    RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM.rawValue,
    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED.rawValue,
    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED.rawValue,
    RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED.rawValue,
    RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED.rawValue,
  ]

  private static func remedy(
    _ code: rd_kafka_resp_err_t, isFatal: Bool, isFenced: Bool, isRetriable: Bool
  ) -> String {
    if isFenced {
      return " Another process uses the same identifier: stop one of the two, then restart."
    }
    if isFatal { return " The client cannot go on: restart the process." }
    switch code {
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE:
      return " Check the broker addresses, the network and the security settings; the client keeps trying."
    case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL,
      RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return " Check the sasl.* and ssl.* settings and the credentials."
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return " Grant this client's principal the missing right."
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
      RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return " Create the topic or correct its name."
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return " Records were deleted before they were read: choose where to start again."
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
      return " Poll more often or raise max.poll.interval.ms."
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return " Correct the setting."
    default:
      return isRetriable ? " Try again." : ""
    }
  }
}
