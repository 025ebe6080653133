import Catalogue
import Core

/// The state of a process that does not publish: it follows what the one that does has committed.
final class Standby {
  let engine: Engine
  /// The number of the last commit that is known.
  private(set) var sequence: UInt64
  /// By partition, the offset that is known to be committed.
  private var committed: [Int64?]

  /// - Parameters:
  ///   - engine: reflects nothing that is not committed.
  ///   - committed: by partition, what is committed as far as is known.
  init(engine: Engine, sequence: UInt64, committed: [Int64?]) {
    self.engine = engine
    self.sequence = sequence
    self.committed = committed
    engine.beginFollowing()
  }

  /// Takes what the group has committed, in the order of the partitions. Those that are behind it are to be read from
  /// their positions then.
  ///
  /// - Returns: false if that is less than it was before: the state is not the group's any more.
  func follow(_ found: [CommittedOffset?]) -> Bool {
    for (old, new) in zip(committed, found) {
      if let old, new?.offset ?? -1 < old { return false }
    }
    let mark = RestoreDecision.latestMark(found)
    committed = found.map { $0?.offset }
    for (slot, offset) in zip(engine.slots, found) { slot.begin = offset?.begin ?? slot.begin }
    sequence = max(sequence, mark?.sequence ?? 0)
    engine.follow(until: committed.map { $0 ?? 0 }, watermark: mark?.watermark ?? .min)
    return true
  }

  /// Whether some partition is before the offset that is known to be committed.
  var isBehind: Bool { engine.isReplaying }

  /// The same with another catalogue, when nothing is behind.
  ///
  /// - Throws: when the state cannot be carried over; this one is unchanged then.
  func adapted(to configuration: Configuration, catalogue: Core.Catalogue) throws -> Standby {
    precondition(!isBehind, "A state is carried over only when all of it is published.")
    return Standby(
      engine: try engine.adapted(to: configuration, catalogue: catalogue), sequence: sequence,
      committed: committed)
  }

  /// The end of following: this process publishes from here on. Call it right behind `follow`, or at the beginning.
  func lead(_ delivery: CommitCycle.Delivery) -> Tenure {
    engine.endFollowing()
    return Tenure(engine: engine, sequence: sequence, delivery: delivery)
  }
}
