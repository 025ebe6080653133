import Core

/// What carries out the calls of the commit cycle: Kafka in the daemon, a simulated log in tests.
protocol CommitPort: AnyObject {
  /// Carries out a call that is answered by a fact, and says what came of it.
  func perform(_ effect: CommitEffect, _ work: CommitWork) -> CommitFact
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
}
