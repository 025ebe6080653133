import Core

/// Brokers as far as one commit is concerned, with everything that can become of each call.
struct CommitWorld: Hashable {
  enum Delivered: Hashable { case nothing, handedOver, delivered }
  let delivery: CommitCycle.Delivery
  /// A transaction is open at the brokers, or about to be.
  var isOpen = false
  var delivered = Delivered.nothing
  var hasOffsets = false
  /// Readers see this commit's updates and offsets.
  var isCommitted = false
  /// The end of the transaction was asked for, and may be carried out as long as the same producer is known.
  var isEndUnderWay = false
  /// What broke the promise, if anything did.
  var breach: String?

  init(delivery: CommitCycle.Delivery) { self.delivery = delivery }

  /// All pairs of an answer and the world after it.
  func answers(to effect: CommitEffect) -> [(CommitFact, CommitWorld)] {
    let late = isEndUnderWay && !isCommitted ? [self, committed()] : [self]
    return late.flatMap { $0.directAnswers(to: effect) }
  }

  private func directAnswers(to effect: CommitEffect) -> [(CommitFact, CommitWorld)] {
    switch effect {
    case .produce: produced()
    case .flush: flushed()
    case .sendOffsets: offsetsSent()
    case .commitTransaction: ended()
    case .commitOffsets: offsetsCommitted()
    case .abortTransaction: aborted()
    case .replaceProducer: replaced()
    case .readOffsets: offsetsRead()
    case .wait: [(.waited, self), (.toldToStop, self)]
    case .confirm, .rest, .stop: []
    }
  }

  private func failures(_ classes: [CommitFailure], _ worlds: [CommitWorld]) -> [(CommitFact, CommitWorld)] {
    (classes + [.fatal, .fenced]).flatMap { failure in worlds.map { (.failed(failure), $0) } }
  }

  private func breaking(_ sentence: String) -> [(CommitFact, CommitWorld)] {
    var world = self
    world.breach = sentence
    return [(.done, world)]
  }

  private func with(_ change: (inout CommitWorld) -> Void) -> CommitWorld {
    var world = self
    change(&world)
    return world
  }

  private func committed() -> CommitWorld {
    with {
      $0.isCommitted = true
      $0.isOpen = false
      $0.isEndUnderWay = false
    }
  }

  private static let any: [CommitFailure] = [.retriable, .timedOut, .abortable, .membership, .unclassified]

  // MARK: - Calls

  private func produced() -> [(CommitFact, CommitWorld)] {
    if isCommitted { return breaking("handed over again what is committed") }
    if isOpen { return breaking("began a transaction in another") }
    let after = with {
      $0.isOpen = delivery == .exactlyOnce
      $0.delivered = .handedOver
    }
    return [(.done, after)] + failures(Self.any, [self, after])
  }

  private func flushed() -> [(CommitFact, CommitWorld)] {
    if delivered == .nothing { return breaking("flushed nothing") }
    let after = with { $0.delivered = .delivered }
    return [(.done, after)] + failures(Self.any, [self, after])
  }

  private func offsetsSent() -> [(CommitFact, CommitWorld)] {
    if !isOpen || delivered == .nothing { return breaking("sent offsets before anything was produced") }
    let after = with { $0.hasOffsets = true }
    return [(.done, after)] + failures(Self.any, [self, after])
  }

  private func ended() -> [(CommitFact, CommitWorld)] {
    if isCommitted { return [(.done, self)] + failures([.retriable, .timedOut, .unclassified], [self]) }
    if !isOpen || !hasOffsets { return breaking("committed a transaction without offsets") }
    let underWay = with { $0.isEndUnderWay = true }
    // An error that asks for an abort says that the transaction did not end.
    return [(.done, committed())] + failures([.abortable, .membership], [self])
      + failures([.retriable, .timedOut, .unclassified], [self, underWay, committed()])
  }

  private func offsetsCommitted() -> [(CommitFact, CommitWorld)] {
    if delivered != .delivered { return breaking("committed offsets of what is not delivered") }
    let after = committed()
    return [(.done, after)] + failures(Self.any, [self, after])
  }

  private func aborted() -> [(CommitFact, CommitWorld)] {
    if isCommitted || isEndUnderWay { return breaking("aborted what may be committed") }
    let after = with {
      $0.isOpen = false
      $0.hasOffsets = false
      $0.delivered = .nothing
    }
    return [(.done, after)] + failures(Self.any, [self, after])
  }

  private func replaced() -> [(CommitFact, CommitWorld)] {
    let after = with {
      $0.isOpen = false
      $0.isEndUnderWay = false
      if !isCommitted { $0.delivered = .nothing }
      $0.hasOffsets = false
    }
    return [(.done, after)] + failures(Self.any, [self, after])
  }

  private func offsetsRead() -> [(CommitFact, CommitWorld)] {
    if isOpen || isEndUnderWay { return breaking("read offsets while the transaction may still end") }
    return [(.found(isCommitted ? .committed : .notCommitted), self), (.found(.superseded), self)]
      + failures(Self.any, [self])
  }
}
