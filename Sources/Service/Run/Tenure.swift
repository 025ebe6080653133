import Catalogue
import Core

/// One hold of all partitions, from their assignment to their end: the engine, and how far it is committed.
///
/// When a commit returns, no call is under way and no outcome is unknown.
final class Tenure {
  let engine: Engine
  /// The number of the last commit.
  private(set) var sequence: UInt64
  /// By partition, the offset that was last committed.
  private(set) var committed: [Int64]
  private var cycle: CommitCycle

  enum Outcome: Equatable {
    /// There was nothing to commit.
    case nothing
    case committed
    /// It could not be committed now; everything is still there to be committed after so many milliseconds.
    case postponed(millis: Int64)
    /// The process must end without a snapshot.
    case stopped(CommitStop)

    /// Whether the engine's state is what is committed.
    var isCommitted: Bool { self == .nothing || self == .committed }
  }

  init(engine: Engine, sequence: UInt64, delivery: CommitCycle.Delivery) {
    self.engine = engine
    self.sequence = sequence
    committed = engine.slots.map { max($0.silentUntil, $0.task.position) }
    cycle = CommitCycle(delivery: delivery)
    engine.ledger.repeatsEqualValues = delivery == .atLeastOnce
  }

  /// The same hold with another catalogue, right behind a commit.
  ///
  /// - Throws: when the state cannot be carried over; this hold is unchanged then.
  func adapted(to configuration: Configuration, catalogue: Core.Catalogue) throws -> Tenure {
    precondition(!engine.isReplaying, "A state is carried over only when all of it is published.")
    return Tenure(
      engine: try engine.adapted(to: configuration, catalogue: catalogue), sequence: sequence,
      delivery: configuration.kafka.delivery.cycle)
  }

  /// Another process may publish from here on; nil when it could not be followed from this state.
  ///
  /// Call it right behind a commit.
  func standby() -> Standby? {
    let isCommitted = engine.isReplaying || engine.slots.map(\.task.position) == committed
    guard isCommitted, sequence > 0 else { return nil }
    return Standby(engine: engine, sequence: sequence, committed: committed)
  }

  /// Publishes what changed and commits it with the positions, unless a silent replay is under way.
  ///
  /// - Parameter now: the wall clock in milliseconds.
  func commit<Port: CommitPort>(now: Int64, _ port: Port) throws(Port.Interruption) -> Outcome {
    guard !engine.isReplaying else { return .nothing }
    let watermark = engine.watermark(now: now)
    engine.ledger.advance(to: watermark)
    let positions = engine.slots.map(\.task.position)
    guard positions != committed || engine.ledger.hasChanges || !engine.deadLetters.isEmpty else {
      return .nothing
    }
    precondition(
      engine.ledger.tasks.allSatisfy { $0.books.isBalanced }, "The books of a partition do not balance.")
    let request = CommitRequest(
      offsets: positions, previousOffsets: committed,
      mark: CommitMark(sequence: sequence + 1, watermark: engine.ledger.watermark))
    let work = CommitWork(engine: engine, request: request, watermark: watermark)
    var fact = CommitFact.due
    while true {
      let effect = cycle.receive(fact)
      switch effect {
      case .confirm:
        engine.confirm()
        sequence = request.mark.sequence
        committed = positions
        port.confirmed()
        return .committed
      case .rest(let millis):
        port.postponed()
        return .postponed(millis: millis)
      case .stop(let reason): return .stopped(reason)
      case .produce, .flush, .sendOffsets, .commitTransaction, .commitOffsets, .abortTransaction,
        .replaceProducer, .readOffsets, .wait:
        fact = try port.perform(effect, work)
      }
    }
  }
}

extension Delivery {
  /// The same as the commit cycle calls it.
  var cycle: CommitCycle.Delivery {
    switch self {
    case .exactlyOnce: .exactlyOnce
    case .atLeastOnce: .atLeastOnce
    }
  }
}
