import Core
import Kafka
import Logging

/// While another process of the group leads: what it commits is replayed in silence, so that this one can go on from
/// memory.
extension RunService {
  /// How often the leader's commits are looked at.
  private static let lookMillis: Int64 = 500

  /// Restores and follows before this process joins the group, which may make it lead at once.
  func warmUp(_ consumer: KafkaConsumer, _ publisher: Publisher) throws {
    var begun: Int64
    repeat {
      begun = WallClock.steadyMillis()
      nextLookMillis = begun
      try follow(consumer)
      while standby?.isBehind == true, !publisher.shouldStop() { try turn(consumer, publisher) }
      // What came meanwhile is little when this took little time.
    } while standby != nil && !publisher.shouldStop() && WallClock.steadyMillis() - begun > Self.lookMillis
    isReadingAfter = false
    try consumer.unassign()
  }

  /// Reads what the leader has committed since, in rounds: from the positions to the committed offsets, and then nothing
  /// until it has committed more.
  func follow(_ consumer: KafkaConsumer) throws {
    guard role.isFree else { return }
    if isReadingAfter {
      guard standby?.isBehind != true else { return }
      isReadingAfter = false
      try consumer.assign([])
      if let standby { snapshots.takeIfDue(standby.engine.ledger) }
    }
    guard WallClock.steadyMillis() >= nextLookMillis else { return }
    nextLookMillis = WallClock.steadyMillis() + Self.lookMillis
    do {
      try look(consumer, KafkaInputLog(consumer: consumer, logger: logger, patience: .short))
    } catch let error as KafkaError where error.isRetriable && !error.isFatal {
      logger.debug("the leader's commits cannot be read for now", metadata: ["error": "\(error)"])
    }
  }

  private func look(_ consumer: KafkaConsumer, _ log: KafkaInputLog) throws {
    guard let standby else {
      // Nothing was committed: what the leader has made of the input so far is unknown.
      guard try !log.committedOffsets(inputPartitions).isEmpty else { return }
      sayRestoring()
      let start = try restore(inputPartitions, log)
      self.standby = start.standby
      beginRestore(start)
      isReadingAfter = true
      return try consumer.assign(start.offsets)
    }
    let slots = standby.engine.slots
    let found = try log.committedOffsets(slots.map(\.topicPartition))
    guard standby.follow(slots.map { found[$0.topicPartition] }) else {
      logger.warning("the group's offsets went back: the state is dropped and restored")
      self.standby = nil
      return
    }
    let behind = slots.filter { $0.task.position < $0.silentUntil }
    guard !behind.isEmpty else { return }
    isReadingAfter = true
    try consumer.assign(behind.map { ($0.topicPartition, $0.task.position) })
  }
}
