import Core

/// What carries out the calls of the commit cycle: Kafka in the daemon, a simulated log in tests.
protocol CommitPort: AnyObject {
  /// What may end the process in the middle of a call: nothing that it would notice, except in tests.
  associatedtype Interruption: Error

  /// Carries out a call that is answered by a fact, and says what came of it.
  func perform(_ effect: CommitEffect, _ work: CommitWork) throws(Interruption) -> CommitFact
  /// Everything that was last handed over is committed and will not be handed over again.
  func confirmed()
  /// Nothing of it is committed; it will be handed over again.
  func postponed()
}

/// What is to be published and committed together.
struct CommitWork {
  let engine: Engine
  let request: CommitRequest
  /// What the publication is made at.
  let watermark: Int64

  /// What is to be committed, by partition in the order of the tasks.
  var offsets: [CommittedOffset] {
    zip(engine.slots, request.offsets).map {
      CommittedOffset(offset: $1, mark: request.mark, begin: $0.begin)
    }
  }
}
