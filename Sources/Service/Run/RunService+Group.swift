import Catalogue
import Core
import Kafka
import Logging

/// What the group decides, and what the partitions tell.
extension RunService {
  /// All partitions of the input, in the order of the configuration.
  var inputPartitions: [TopicPartition] {
    zip(configuration.input.topics, partitionCounts).flatMap { topic, count in
      (0..<Int32(count)).map { TopicPartition(topic: topic, partition: $0) }
    }
  }

  var partitionTotal: Int { partitionCounts.reduce(0, +) }

  func join(_ consumer: KafkaConsumer, _ member: String) throws {
    role = .rebalancing
    try consumer.subscribe(configuration.input.topics)
    logger.notice(
      "joining the group",
      metadata: [
        "group": "\(configuration.kafka.group)", "member": "\(member)",
        "topics": "\(configuration.input.topics.joined(separator: ","))",
      ])
  }

  func handle(_ events: [KafkaConsumer.Event], _ consumer: KafkaConsumer, _ publisher: Publisher) throws {
    var isAssignmentNew = false
    for event in events {
      switch event {
      // The end was that of a partition as it was read before.
      case .endOfPartition where isAssignmentNew: continue
      case .assigned, .revoked, .lost: isAssignmentNew = true
      case .endOfPartition, .failed, .fatal: break
      }
      try handle(event, consumer, publisher)
    }
  }

  private func handle(_ event: KafkaConsumer.Event, _ consumer: KafkaConsumer, _ publisher: Publisher) throws
  {
    switch event {
    case .assigned(let partitions): try take(partitions, consumer, publisher)
    case .revoked:
      figures.note(.revoked)
      try giveUpLead(publisher)
      try leaveAssignment(consumer)
    case .lost:
      figures.note(.lost)
      if tenure != nil {
        hasLostLead = true
        logger.warning("the partitions were lost: the state is dropped without a commit")
      }
      tenure = nil
      try leaveAssignment(consumer)
    case .endOfPartition(let partition, let offset):
      guard let index = configuration.input.topics.firstIndex(of: partition.topic) else { return }
      if let until = engine?.hearOfEnd(topicIndex: index, partition: partition.partition, offset: offset) {
        noteShortEnd(partition, end: offset, committed: until)
      }
    case .failed(let error):
      if error.name.contains("OFFSET_OUT_OF_RANGE") || error.name.contains("AUTO_OFFSET_RESET") {
        throw outOfRange(error)
      }
      if error.isRefused { throw ServiceFault(error) }
      logger.warning("Kafka reports a failure", metadata: ["error": "\(error)"])
    case .fatal(let error):
      throw ServiceFault(
        .temporaryFailure, "Kafka refused this process for good: \(error)", remedy: "start again")
    }
  }

  /// A broker that has just become a partition's leader may not know yet how far it goes, so time must tell.
  private func noteShortEnd(_ partition: TopicPartition, end: Int64, committed: Int64) {
    guard shortEnds[partition] == nil else { return }
    shortEnds[partition] = (end, WallClock.steadyMillis())
    logger.warning(
      "a partition seems to end before what is committed; waiting for more of it",
      metadata: ["partition": "\(partition)", "end": "\(end)", "committed": "\(committed)"])
  }

  func checkShortEnds() throws {
    for (partition, short) in shortEnds {
      let slot = engine?.slots.first { $0.topicPartition == partition }
      guard let slot, slot.task.position < slot.silentUntil else {
        shortEnds[partition] = nil
        continue
      }
      if WallClock.steadyMillis() - short.sinceMillis > Self.shortEndMillisMax {
        throw shrunk(partition, end: short.end, committed: slot.silentUntil)
      }
    }
  }

  private static let shortEndMillisMax: Int64 = 30_000

  private func leaveAssignment(_ consumer: KafkaConsumer) throws {
    (role, isReadingAfter) = (.rebalancing, false)
    try consumer.unassign()
  }

  /// Commits what there is, and keeps the state to follow whoever leads next.
  private func giveUpLead(_ publisher: Publisher) throws {
    guard let tenure else { return }
    logger.notice("the partitions are revoked: last commit")
    if try commitForTheLastTime(publisher) {
      standby = tenure.standby()
    } else {
      logger.warning(
        "the partitions go without a last commit, which whoever gets them makes up for",
        metadata: ["error": "\(said(publisher))"])
    }
    self.tenure = nil
  }

  // MARK: - Lead

  /// Leads if the first partition of the first topic is among those assigned, and follows otherwise.
  private func take(_ partitions: [TopicPartition], _ consumer: KafkaConsumer, _ publisher: Publisher) throws
  {
    try checkPartitionCounts(consumer)
    let all = inputPartitions
    // Whoever was cut off while it led ends when there is somebody else, who may have taken over.
    if hasLostLead, partitions.count < all.count { throw cutOff() }
    hasLostLead = false
    figures.note(.assigned)
    if let deciding = all.first, partitions.contains(deciding) {
      try lead(all, consumer, publisher)
    } else {
      publisher.release()
      // A round that the assignment broke off is begun anew.
      (role, isReadingAfter) = (.follower, false)
      try consumer.assign([])
      logger.notice(
        "another process of the group leads: following it",
        metadata: ["assigned": "\(partitions.count)", "partitions": "\(all.count)"])
    }
  }

  private func lead(_ partitions: [TopicPartition], _ consumer: KafkaConsumer, _ publisher: Publisher) throws
  {
    sayRestoring()
    role = .leader
    // Whoever led before can commit nothing from here on, so what is read now stays true.
    try publisher.claim()
    let log = KafkaInputLog(consumer: consumer, logger: logger, patience: .long)
    let kept = try standby.flatMap { try restorer.resume($0, log: log) }
    let start = try kept ?? restore(partitions, log)
    standby = nil
    let engine = start.standby.engine
    if kept == nil { beginRestore(start) }
    tenure = start.standby.lead(configuration.kafka.delivery.cycle)
    lastCommitMillis = WallClock.steadyMillis()
    restUntilMillis = 0
    isCatchingUp = false
    try consumer.assign(start.offsets)
    logger.notice(
      "leading: all partitions are read",
      metadata: [
        "partitions": "\(partitions.count)", "from_memory": "\(kept != nil)",
        "events": "\(engine.ledger.books.read)",
      ])
  }

  /// The number of partitions decides what the state is made of.
  private func checkPartitionCounts(_ consumer: KafkaConsumer) throws {
    for (topic, known) in zip(configuration.input.topics, partitionCounts) {
      let count = try KafkaRetry.run(logger, "count the partitions of \(topic)", attempts: 10) {
        try consumer.partitionCount(of: topic, timeoutMillis: 5_000)
      }
      guard let count else { throw vanished(topic) }
      if count != known { throw repartitioned(topic, from: known, to: count) }
    }
  }

  // MARK: - Restore

  var restorer: Restorer {
    Restorer(configuration: configuration, catalogue: catalogue, directory: directory, logger: logger)
  }

  func sayRestoring() {
    onStatus?(RunStatus(phase: .restoring))
    monitor?.note(RunStatus(phase: .restoring))
  }

  /// Reads the state from the disk, when no snapshot is being written there any more.
  func restore(_ partitions: [TopicPartition], _ log: KafkaInputLog) throws -> Restorer.Start {
    snapshots.finish()
    return try restorer.restore(partitions, log: log)
  }

  func beginRestore(_ start: Restorer.Start) {
    if let base = start.base { snapshots.adopt(base) }
    let engine = start.standby.engine
    figures.beginRestore(steadyMillis: WallClock.steadyMillis(), read: engine.ledger.books.read)
  }
}
