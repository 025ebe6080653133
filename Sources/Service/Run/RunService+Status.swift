import Core
import Kafka
import Logging

/// How it goes, for those who look.
extension RunService {
  func report(_ consumer: KafkaConsumer, _ publisher: Publisher) {
    let now = WallClock.steadyMillis()
    guard now - lastStatusMillis >= 1_000 else { return }
    lastStatusMillis = now
    reportNow(consumer, publisher)
  }

  func reportNow(_ consumer: KafkaConsumer, _ publisher: Publisher) {
    let status = status(consumer, publisher)
    onStatus?(status)
    monitor?.note(status)
    progress.note(status, logger: logger)
  }

  func status(_ consumer: KafkaConsumer, _ publisher: Publisher) -> RunStatus {
    var status = RunStatus(phase: phase)
    status.partitionTotal = partitionTotal
    status.figures = figures
    status.reloads = reloader?.record
    status.snapshots = snapshots.status
    status.abortCounts = publisher.abortCounts
    publisher.serve()
    if let json = consumer.takeStatistics() {
      consumerRoundTrips = BrokerRoundTrip.read(json, client: .consumer)
    }
    status.roundTrips = consumerRoundTrips + publisher.roundTrips
    status.deadLetterReasons = publisher.deadLetterReasons
    status.updateCount = publisher.updateCount
    status.deadLetterCount = publisher.deadLetterCount
    status.lateCount = publisher.lateCount
    status.commitCount = publisher.commitCount
    status.snapshotCount = snapshots.count
    guard let engine else { return status }
    status.books = engine.ledger.books
    status.cellCount = engine.ledger.cellCount
    status.rowCount = engine.ledger.rowCount
    status.windowCount = engine.ledger.windowCount
    status.stateBytes = engine.ledger.byteCount
    status.overflowCount = engine.ledger.overflowCount
    status.partitionCount = engine.slots.count
    status.streamTime = engine.ledger.streamTime
    status.watermark = engine.ledger.watermark
    status.partitions = engine.slots.map { self.status($0, engine.ledger, consumer) }
    status.lag = status.partitions.reduce(0) { $0 + ($1.lag ?? 0) }
    return status
  }

  private var phase: RunStatus.Phase {
    guard !isStopping else { return .stopping }
    switch role {
    case .rebalancing: return .waiting
    case .follower: return .following
    case .none: return engine == nil ? .waiting : .restoring
    case .leader: return tenure?.engine.isReplaying == false ? .running : .restoring
    }
  }

  func status(_ slot: TaskSlot, _ ledger: Ledger, _ consumer: KafkaConsumer) -> PartitionStatus {
    let task = slot.task
    let seen = ledger.seenWatermark(of: task)
    return PartitionStatus(
      topic: task.topic, partition: task.partition, position: task.position, lag: lag(slot, consumer),
      streamTime: task.streamTime,
      watermark: task.isAtEnd ? max(seen, WallClock.nowMillis() - catalogue.definition.disorderMillis) : seen,
      isAtEnd: task.isAtEnd, isRestoring: !slot.isReplayed, books: task.books)
  }
}
