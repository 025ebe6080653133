import Core
import Kafka

extension KafkaError {
  /// The error as the commit cycle distinguishes them.
  var commitFailure: CommitFailure {
    if isFenced { return .fenced }
    if isFatal { return .fatal }
    if Self.membershipCodes.contains(code) { return .membership }
    if requiresAbort { return .abortable }
    if Self.timeOutCodes.contains(code) { return .timedOut }
    return isRetriable ? .retriable : .unclassified
  }

  /// ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID and REBALANCE_IN_PROGRESS.
  private static let membershipCodes: Set<Int32> = [22, 25, 27]
  /// librdkafka's _TIMED_OUT and _TIMED_OUT_QUEUE, and the brokers' REQUEST_TIMED_OUT.
  private static let timeOutCodes: Set<Int32> = [-185, -166, 7]
}
