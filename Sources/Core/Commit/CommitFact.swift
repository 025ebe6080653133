/// Something that happened, as the commit cycle is told.
public enum CommitFact: Hashable, Sendable {
  /// There is something to publish or to commit.
  case due
  /// The call asked for succeeded.
  case done
  case failed(CommitFailure)
  /// The committed offsets were read and compared with those that were sent.
  case found(CommitFinding)
  /// The time asked for has passed.
  case waited
  /// The time asked for has passed and the process was told to stop.
  case toldToStop
}

/// What the committed offsets say of a commit whose outcome is unknown.
public enum CommitFinding: Hashable, Sendable, CaseIterable {
  case committed
  case notCommitted
  /// Somebody else committed since: the state of this process is not the latest any more.
  case superseded
}
