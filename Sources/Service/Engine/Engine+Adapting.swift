import Catalogue
import Core

extension Engine {
  /// An engine of another configuration that goes on where this one is, right behind a publication.
  ///
  /// The state goes through its snapshot form, as it does over a restart, so that what the other catalogue keeps too
  /// is unchanged and what it alone keeps begins now. For that time there are three copies of it in memory.
  ///
  /// - Throws: `SnapshotFault` or a fault of the decoder; this engine is unchanged then.
  func adapted(to configuration: Configuration, catalogue: Core.Catalogue) throws -> Engine {
    let partitions = slots.map { slot in
      EnginePartition(
        topicIndex: topics.firstIndex(of: slot.task.topic) ?? -1, partition: slot.task.partition,
        publishedUntil: slot.task.position, begin: slot.begin)
    }
    let ledger = Engine.emptyLedger(catalogue: catalogue, topics: topics, partitions)
    try ledger.decodeState(self.ledger.encodeState())
    // Whether a partition was read to its end is no part of the state, and nobody will say it again.
    for (task, slot) in zip(ledger.tasks, slots) { task.isAtEnd = slot.task.isAtEnd }
    return try Engine(
      configuration: configuration, catalogue: catalogue, partitions: partitions, restored: ledger)
  }
}
