import Core

@testable import Service

/// The calls of one process on the simulated brokers, with everything that can go wrong on the way.
final class SimulatedPort: CommitPort {
  /// The process is no more.
  struct Crash: Error {}

  let log: SimulatedLog
  let shared: SharedSetup
  /// 0 before it has claimed the outputs.
  private(set) var epoch = 0
  /// What this process believes to be its membership.
  var generation = 0
  private var chance: Chance
  /// Of a thousand calls: how many fail, and how many end the process before or after they had their effect.
  var failuresPerMille = 0
  var crashesPerMille = 0
  /// No broker answers.
  var isCutOff = false
  /// What the last crash happened at.
  private(set) var crashedAt: CommitEffect?

  init(_ log: SimulatedLog, _ shared: SharedSetup, seed: UInt64) {
    self.log = log
    self.shared = shared
    chance = Chance(seed: seed)
  }

  /// Whoever published before can commit nothing more.
  func claim() { epoch = log.claim() }

  func confirmed() {}
  func postponed() {}

  func perform(_ effect: CommitEffect, _ work: CommitWork) throws(Crash) -> CommitFact {
    if case .wait = effect { return .waited }
    try crash(at: effect)
    defer { if log.isEndUnderWay, chance.happens(200) { log.carryOutEnd(evenIf: true) } }
    if isCutOff { return .failed(chance.happens(500) ? .timedOut : .retriable) }
    if effect != .replaceProducer, log.isTransactional, epoch != log.epoch { return .failed(.fenced) }
    if chance.happens(failuresPerMille) { return try fail(effect, work) }
    let fact = apply(effect, work)
    try crash(at: effect)
    return fact
  }

  private func crash(at effect: CommitEffect) throws(Crash) {
    guard chance.happens(crashesPerMille) else { return }
    crashedAt = effect
    throw Crash()
  }

  /// The request is lost, or its answer is, or the transaction cannot go on.
  private func fail(_ effect: CommitEffect, _ work: CommitWork) throws(Crash) -> CommitFact {
    let isRequestLost = chance.happens(500)
    if !isRequestLost {
      if effect == .commitTransaction, chance.happens(300) {
        log.delayEnd()
        return .failed(.timedOut)
      }
      if case .failed(let failure) = apply(effect, work) { return .failed(failure) }
      try crash(at: effect)
    } else if log.transaction?.epoch == epoch, chance.happens(300) {
      switch effect {
      case .produce, .sendOffsets, .commitTransaction:
        log.markAborted()
        return .failed(.abortable)
      default: break
      }
    }
    switch effect {
    case .produce where isRequestLost:
      // Some of it was handed over.
      begin()
      handOver(work, atMost: chance.number(0...5))
      return .failed(.unclassified)
    default: return .failed(chance.pick([.retriable, .timedOut, .unclassified]))
    }
  }

  // MARK: - Effects

  private func apply(_ effect: CommitEffect, _ work: CommitWork) -> CommitFact {
    switch effect {
    case .produce:
      begin()
      handOver(work, atMost: .max)
    case .flush: break
    case .sendOffsets:
      if generation != log.generation { return .failed(.membership) }
      if log.transaction?.mustAbort ?? true { return .failed(.abortable) }
      log.setOffsets(work.offsets)
    case .commitTransaction:
      // A repeated request finds the transaction ended.
      if log.transaction?.mustAbort == true { return .failed(.abortable) }
      log.end()
    case .commitOffsets:
      if generation != log.generation { return .failed(.membership) }
      log.store(work.offsets)
    case .abortTransaction: log.abort()
    case .replaceProducer: epoch = log.claim()
    case .readOffsets: return .found(work.request.finding(log.committed))
    case .wait, .confirm, .rest, .stop: preconditionFailure("\(effect) is not a call.")
    }
    return .done
  }

  private func begin() {
    if log.isTransactional, log.transaction == nil || log.transaction?.epoch == epoch {
      log.begin(epoch: epoch)
    }
  }

  private func handOver(_ work: CommitWork, atMost limit: Int) {
    var count = 0
    work.engine.ledger.publish(watermark: work.watermark) { update in
      count += 1
      if count <= limit { log.add(shared.published(update)) }
    }
    for letter in work.engine.deadLetters {
      count += 1
      if count <= limit { log.add(SimulatedLog.Letter(partition: letter.partition, offset: letter.offset)) }
    }
  }
}
