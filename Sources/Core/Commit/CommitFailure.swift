/// What a failed call means for the commit cycle: librdkafka's classes, and what they leave open.
public enum CommitFailure: String, Hashable, Sendable, CaseIterable {
  /// The same call may be made again.
  case retriable
  /// No answer in time: the broker may or may not have done what was asked.
  case timedOut = "timed_out"
  /// The transaction must be aborted; nothing of it can be committed any more.
  case abortable
  /// The group does not know this member or its generation any more; what became of it is learnt by polling.
  case membership
  /// Another process uses the same identifier.
  case fenced
  /// The client can do no more.
  case fatal
  /// None of the above; the call may or may not have had its effect.
  case unclassified
}
