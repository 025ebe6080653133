/// Publishes and commits without ever losing or doubling anything: facts in, effects out, no I/O and no clock.
///
/// ```
/// exactly once:   open → producing → sending offsets → committing → open (confirm)
///                          │               │               │ no answer → replacing, unsure → reading offsets
///                          └── aborting ◄──┴── cannot be ──┘                      committed → open (confirm)
///                                │ no answer → replacing → open (rest)        not committed → open (rest)
///                                └→ open (rest)
/// at least once:  open → producing → flushing → committing offsets → open (confirm); a failure → open (rest)
/// anywhere:       fenced, fatal, or failed too often → stopped
/// ```
///
/// While it is open nothing is in the balance, so the state may change, partitions may come and go. Between `produce`
/// and `confirm` or `rest` the state must stay as it was when it was handed over.
public struct CommitCycle: Equatable, Sendable {
  public enum Delivery: Hashable, Sendable, CaseIterable {
    /// Updates, dead letters and offsets in one transaction.
    case exactlyOnce
    /// Offsets are committed after everything else was delivered; a failure in between repeats it.
    case atLeastOnce
  }

  public enum State: Hashable, Sendable {
    /// No call is under way and no outcome unknown.
    case open
    /// A call was asked for; attempts are numbered from 1.
    case calling(CommitStep, attempt: Int)
    /// Time passes before the call is asked for again.
    case waiting(CommitStep, attempt: Int)
    /// Nothing more may be done.
    case stopped(CommitStop)
  }

  public let delivery: Delivery
  public private(set) var state = State.open
  /// How often in a row nothing could be committed.
  public private(set) var failures = 0

  /// Attempts of a call within a transaction before it is given up for another way out.
  public static let attemptsMax = 3
  /// Attempts of a call without which nothing can go on; at about 2 s of waiting each, several minutes.
  public static let recoveryAttemptsMax = 90
  /// How often in a row nothing could be committed before the process is to start anew.
  public static let failuresMax = 20

  public init(delivery: Delivery) { self.delivery = delivery }

  /// Takes a fact and says what to do next.
  ///
  /// A fact that cannot be in the present state is a broken invariant of the adapter.
  public mutating func receive(_ fact: CommitFact) -> CommitEffect {
    switch (state, fact) {
    case (.open, .due): return call(.producing)
    case (.calling(let step, _), .done): return finish(step)
    case (.calling(.readingOffsets, _), .found(let finding)): return decide(finding)
    case (.calling(let step, let attempt), .failed(let failure)): return mend(step, attempt, failure)
    case (.waiting(let step, let attempt), .waited): return call(step, attempt: attempt)
    case (.waiting(let step, let attempt), .toldToStop):
      // The first few attempts last no longer than a moment, and one of them may well succeed.
      return attempt > Self.attemptsMax ? stop(.toldToStop) : call(step, attempt: attempt)
    default: preconditionFailure("The commit cycle does not expect \(fact) while \(state).")
    }
  }

  // MARK: - What went well

  private mutating func finish(_ step: CommitStep) -> CommitEffect {
    switch step {
    case .producing: return call(delivery == .exactlyOnce ? .sendingOffsets : .flushing)
    case .flushing: return call(.committingOffsets)
    case .sendingOffsets: return call(.committing)
    case .committing, .committingOffsets: return confirm()
    case .aborting, .replacing: return rest()
    case .replacingUnsure: return call(.readingOffsets)
    case .readingOffsets: preconditionFailure("Reading the committed offsets ends with what was found.")
    }
  }

  private mutating func decide(_ finding: CommitFinding) -> CommitEffect {
    switch finding {
    case .committed: return confirm()
    case .notCommitted: return rest()
    case .superseded: return stop(.superseded)
    }
  }

  // MARK: - What failed

  private mutating func mend(_ step: CommitStep, _ attempt: Int, _ failure: CommitFailure) -> CommitEffect {
    switch failure {
    case .fenced: return stop(.fenced)
    case .fatal: return stop(.fatal)
    case .retriable, .timedOut, .abortable, .membership, .unclassified: break
    }
    switch step {
    case .producing:
      return delivery == .exactlyOnce ? call(.aborting) : rest()
    case .flushing:
      return rest()
    case .sendingOffsets:
      let repeats = failure == .retriable || failure == .timedOut
      return repeats && attempt < Self.attemptsMax ? wait(step, attempt) : call(.aborting)
    case .committing:
      switch failure {
      // Only of a first attempt is it certain that the end is not still under way.
      case .abortable, .membership: return call(attempt == 1 ? .aborting : .replacingUnsure)
      case .retriable where attempt < Self.attemptsMax: return wait(step, attempt)
      case .retriable, .timedOut, .unclassified, .fenced, .fatal: return call(.replacingUnsure)
      }
    case .committingOffsets:
      let repeats = failure == .retriable || failure == .timedOut
      return repeats && attempt < Self.attemptsMax ? wait(step, attempt) : rest()
    case .aborting:
      let repeats = failure == .retriable && attempt < Self.attemptsMax
      return repeats ? wait(step, attempt) : call(.replacing)
    case .replacing, .replacingUnsure, .readingOffsets:
      return attempt < Self.recoveryAttemptsMax ? wait(step, attempt) : stop(.exhausted)
    }
  }

  // MARK: - Effects

  private mutating func call(_ step: CommitStep, attempt: Int = 1) -> CommitEffect {
    state = .calling(step, attempt: attempt)
    switch step {
    case .producing: return .produce
    case .flushing: return .flush
    case .sendingOffsets: return .sendOffsets
    case .committing: return .commitTransaction
    case .committingOffsets: return .commitOffsets
    case .aborting: return .abortTransaction
    case .replacing, .replacingUnsure: return .replaceProducer
    case .readingOffsets: return .readOffsets
    }
  }

  private mutating func wait(_ step: CommitStep, _ attempt: Int) -> CommitEffect {
    state = .waiting(step, attempt: attempt + 1)
    return .wait(millis: Self.pauseMillis(attempt))
  }

  private mutating func confirm() -> CommitEffect {
    failures = 0
    state = .open
    return .confirm
  }

  private mutating func rest() -> CommitEffect {
    failures += 1
    guard failures < Self.failuresMax else { return stop(.exhausted) }
    state = .open
    return .rest(millis: Self.pauseMillis(failures))
  }

  private mutating func stop(_ reason: CommitStop) -> CommitEffect {
    state = .stopped(reason)
    return .stop(reason)
  }

  /// Doubles from 100 ms to 2 s.
  private static func pauseMillis(_ attempt: Int) -> Int64 { min(50 << Int64(min(attempt, 6)), 2_000) }
}
