import Core
import Testing

/// Every sequence of answers that brokers can give, against what they did.
@Suite struct CommitCycleTests {
  private struct Node: Hashable {
    var state: CommitCycle.State
    var effect: CommitEffect
    var world: CommitWorld
  }

  /// What a round ended with, and what was then so.
  private struct Ends {
    var confirmed = 0
    var rested = 0
    var stopped = Set<CommitStop>()
    var nodes = 0
  }

  /// Walks through everything that can happen in a round, each situation once.
  private func explore(_ delivery: CommitCycle.Delivery) -> Ends {
    var ends = Ends()
    var start = CommitCycle(delivery: delivery)
    let first = start.receive(.due)
    var pending = [(start, first, CommitWorld(delivery: delivery))]
    var seen = Set<Node>()
    while let (cycle, effect, world) = pending.popLast() {
      guard seen.insert(Node(state: cycle.state, effect: effect, world: world)).inserted else { continue }
      #expect(world.breach == nil, "\(world.breach ?? ""): \(cycle.state), \(effect)")
      switch effect {
      case .confirm:
        ends.confirmed += 1
        #expect(world.isCommitted, "confirmed what is not committed")
        #expect(cycle.state == .open && cycle.failures == 0)
      case .rest:
        ends.rested += 1
        #expect(cycle.state == .open && cycle.failures == 1)
        if delivery == .exactlyOnce {
          #expect(!world.isCommitted && !world.isEndUnderWay, "took up again what may be committed")
          #expect(!world.isOpen, "left a transaction open")
        }
      case .stop(let reason):
        ends.stopped.insert(reason)
        #expect(cycle.state == .stopped(reason))
      default:
        if world.breach != nil { continue }
        for (fact, after) in world.answers(to: effect) {
          var next = cycle
          pending.append((next, next.receive(fact), after))
          pending[pending.count - 1].0 = next
        }
      }
    }
    ends.nodes = seen.count
    return ends
  }

  @Test func exactlyOnceWhateverIsAnswered() {
    let ends = explore(.exactlyOnce)
    #expect(ends.confirmed > 0 && ends.rested > 0 && ends.nodes > 1_000)
    #expect(ends.stopped == Set(CommitStop.allCases))
  }

  @Test func atLeastOnceWhateverIsAnswered() {
    let ends = explore(.atLeastOnce)
    #expect(ends.confirmed > 0 && ends.rested > 0)
    #expect(ends.stopped == [.fatal, .fenced])
  }

  // MARK: - Scripts

  /// Gives facts one after another; each must ask for the effect beside it.
  private func play(
    _ delivery: CommitCycle.Delivery, _ script: [(CommitFact, CommitEffect)],
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> CommitCycle {
    var cycle = CommitCycle(delivery: delivery)
    for (place, (fact, effect)) in script.enumerated() {
      #expect(cycle.receive(fact) == effect, "step \(place), \(fact)", sourceLocation: sourceLocation)
    }
    return cycle
  }

  @Test func aGoodRoundOfEach() {
    let transactional = play(
      .exactlyOnce,
      [
        (.due, .produce), (.done, .sendOffsets), (.done, .commitTransaction), (.done, .confirm),
        (.due, .produce),
      ])
    #expect(transactional.failures == 0)
    let plain = play(
      .atLeastOnce, [(.due, .produce), (.done, .flush), (.done, .commitOffsets), (.done, .confirm)])
    #expect(plain.state == .open)
  }

  @Test func aRebalanceInTheMiddleAbortsAndGoesBackToThePoll() {
    let cycle = play(
      .exactlyOnce,
      [
        (.due, .produce), (.done, .sendOffsets), (.failed(.membership), .abortTransaction),
        (.done, .rest(millis: 100)),
      ])
    #expect(cycle.state == .open && cycle.failures == 1)
  }

  @Test func aCommitWithoutAnAnswerIsDecidedByTheCommittedOffsets() {
    for (finding, effect) in [
      (CommitFinding.committed, CommitEffect.confirm), (.notCommitted, .rest(millis: 100)),
      (.superseded, .stop(.superseded)),
    ] {
      _ = play(
        .exactlyOnce,
        [
          (.due, .produce), (.done, .sendOffsets), (.done, .commitTransaction),
          (.failed(.timedOut), .replaceProducer), (.failed(.timedOut), .wait(millis: 100)),
          (.waited, .replaceProducer), (.done, .readOffsets), (.failed(.retriable), .wait(millis: 100)),
          (.waited, .readOffsets), (.found(finding), effect),
        ])
    }
  }

  @Test func anAbortWithoutAnAnswerReplacesTheProducer() {
    _ = play(
      .exactlyOnce,
      [
        (.due, .produce), (.failed(.abortable), .abortTransaction), (.failed(.timedOut), .replaceProducer),
        (.done, .rest(millis: 100)),
      ])
  }

  @Test func brokersThatAreGoneForMinutesAreWaitedFor() {
    var cycle = play(
      .exactlyOnce,
      [
        (.due, .produce), (.done, .sendOffsets), (.done, .commitTransaction),
        (.failed(.timedOut), .replaceProducer),
      ])
    var waited: Int64 = 0
    for _ in 1..<CommitCycle.recoveryAttemptsMax {
      guard case .wait(let millis) = cycle.receive(.failed(.retriable)) else {
        Issue.record("it should wait")
        return
      }
      waited += millis
      #expect(cycle.receive(.waited) == .replaceProducer)
    }
    #expect(waited > 120_000)
    var patient = cycle
    #expect(patient.receive(.done) == .readOffsets)
    #expect(cycle.receive(.failed(.retriable)) == .stop(.exhausted))
  }

  @Test func toldToStopWhileNobodyAnswers() {
    var cycle = play(
      .exactlyOnce,
      [
        (.due, .produce), (.done, .sendOffsets), (.done, .commitTransaction),
        (.failed(.timedOut), .replaceProducer),
      ])
    for _ in 1..<CommitCycle.attemptsMax {
      _ = cycle.receive(.failed(.retriable))
      #expect(cycle.receive(.toldToStop) == .replaceProducer, "the first attempts are made all the same")
    }
    _ = cycle.receive(.failed(.retriable))
    #expect(cycle.receive(.toldToStop) == .stop(.toldToStop))
  }

  @Test(arguments: CommitCycle.Delivery.allCases)
  func failingTooOftenInARowStops(_ delivery: CommitCycle.Delivery) {
    var cycle = CommitCycle(delivery: delivery)
    func fail() -> CommitEffect {
      _ = cycle.receive(.due)
      let effect = cycle.receive(.failed(.unclassified))
      return delivery == .exactlyOnce ? cycle.receive(.done) : effect
    }
    for round in 1..<CommitCycle.failuresMax {
      guard case .rest = fail() else {
        Issue.record("round \(round) should be given back")
        return
      }
    }
    #expect(fail() == .stop(.exhausted))
  }
}
