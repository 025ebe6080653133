/// What the commit cycle asks its adapter to do next; each but the last three is answered by one fact.
public enum CommitEffect: Hashable, Sendable {
  /// Begin a transaction, if delivery is by transactions, and hand over everything that is not confirmed.
  case produce
  /// Wait until everything handed over is delivered.
  case flush
  /// Add the input offsets to the transaction.
  case sendOffsets
  case commitTransaction
  /// Commit the input offsets without a transaction.
  case commitOffsets
  case abortTransaction
  /// Destroy the producer and initialise a new one with the same identifier.
  case replaceProducer
  /// Read the group's committed offsets and compare them with those sent.
  case readOffsets
  /// Let so many milliseconds pass.
  case wait(millis: Int64)
  /// All of it is committed: take it as published. The cycle is open again.
  case confirm
  /// Nothing is committed and nothing is lost: go on with the input, and come back after so many milliseconds. The
  /// cycle is open again.
  case rest(millis: Int64)
  /// End the process without a snapshot.
  case stop(CommitStop)
}

/// Why a process must not go on.
public enum CommitStop: Hashable, Sendable, CaseIterable {
  /// Another process with the same identifier has taken over.
  case fenced
  /// Another process committed under the same group.
  case superseded
  case fatal
  /// It failed too often in a row.
  case exhausted
  /// It was told to stop while the brokers did not answer.
  case toldToStop
}
