import Catalogue
import Core
import Formats
import Kafka
import Logging

/// The daemon: consumes, publishes, commits and snapshots until told to stop.
///
/// The loop, on one thread:
/// 1. poll a batch and let the engine process it;
/// 2. answer what happened to the group (assigned, revoked, read to the end);
/// 3. at every interval publish what changed and commit it with the offsets, in one transaction;
/// 4. behind a commit, take a snapshot when one is due.
public final class RunService {
  private let configuration: Configuration
  private let catalogue: Core.Catalogue
  private let logger: Logger
  private let settings: Settings
  private let managesOutputs: Bool
  private let directory: SnapshotDirectory
  private let snapshots: SnapshotTaker
  /// Tells how it goes, about once a second.
  public var onStatus: ((RunStatus) -> Void)?
  /// Shows other threads how it goes; nil when nobody looks.
  public var monitor: RunMonitor?
  /// Gets a copy of every committed update; nil when nobody listens. Set before `run`.
  public var tap: UpdateTap?
  /// How long to wait for brokers and input topics at the start, in milliseconds; nil is for ever.
  public var waitMillisMax: Int64?

  private var engine: Engine?
  private var isStopping = false
  private var partitionTotal = 0
  private var sequence: UInt64 = 0
  private var committed: [Int64] = []
  private var lastCommitMillis: Int64 = 0
  private var lastStatusMillis: Int64 = 0
  private var progress = ProgressLog()
  private var figures = RunFigures()

  private static let batchSize = 10_000
  /// While it is further behind than this, in records, old states are of no use to anybody, so publications are rarer.
  private static let catchUpLagMin: Int64 = 10_000
  private static let catchUpIntervalMillis: Int64 = 5_000
  /// Set-aside records held in memory before a commit is made early.
  private static let deadLetterBytesMax = 16 << 20

  /// - Parameters:
  ///   - settings: librdkafka properties besides those of the configuration.
  ///   - managesOutputs: whether missing output topics are created; false when they are known to exist.
  ///   - build: the program's version, noted in snapshots.
  /// - Throws: `ServiceFault` when the state directory cannot be used.
  public init(
    configuration: Configuration, settings: Settings = [], managesOutputs: Bool = true, build: String,
    logger: Logger
  ) throws {
    self.configuration = configuration
    self.managesOutputs = managesOutputs
    self.logger = logger
    self.settings =
      configuration.kafka.properties.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
      + settings
    do {
      catalogue = try Core.Catalogue(configuration.catalogue)
    } catch {
      throw ServiceFault(
        .configuration, "the catalogue does not fit together: \(error)", remedy: "correct it")
    }
    directory = SnapshotDirectory(
      path: configuration.state.directory, kept: configuration.state.snapshotsKept)
    try directory.lock()
    snapshots = SnapshotTaker(
      directory: directory, group: configuration.kafka.group, build: build,
      intervalMillis: configuration.state.snapshotIntervalMillis, logger: logger)
  }

  /// Runs until `shouldStop`, then commits, snapshots and leaves.
  ///
  /// - Throws: `ServiceFault` with the exit code when it cannot go on; no snapshot is written then.
  public func run(shouldStop: () -> Bool) throws {
    onStatus?(RunStatus(phase: .waiting))
    let setup = TopicSetup(
      configuration: configuration, settings: settings, logger: logger, managesOutputs: managesOutputs,
      waitMillisMax: waitMillisMax)
    guard let counts = try setup.prepare(shouldStop: shouldStop) else { return }
    partitionTotal = counts.reduce(0, +)
    let publisher = try Publisher(
      configuration: configuration, catalogue: catalogue, settings: settings, logger: logger,
      tap: tap.map { TapWriter($0) })
    let consumer = try KafkaConsumer(
      brokers: configuration.kafka.brokers.joined(separator: ","), group: configuration.kafka.group,
      instance: configuration.kafka.memberId, settings: settings, log: KafkaLog.handler(logger))
    try consumer.subscribe(configuration.input.topics)
    logger.notice(
      "joining the group",
      metadata: [
        "group": "\(configuration.kafka.group)",
        "topics": "\(configuration.input.topics.joined(separator: ","))",
      ])
    while !shouldStop() {
      _ = consumer.poll(limit: Self.batchSize, timeoutMillis: pollTimeoutMillis()) { batch in
        engine?.process(batch)
        note(batch)
      }
      monitor?.beat()
      for event in consumer.takeEvents() { try handle(event, consumer, publisher) }
      if isCommitDue(consumer) { try commit(consumer, publisher) }
      report(consumer, publisher)
    }
    logger.notice("stopping: last commit and snapshot")
    isStopping = true
    reportNow(consumer, publisher)
    if engine != nil { try commit(consumer, publisher) }
    if let engine, !engine.isReplaying { snapshots.takeNow(engine.ledger) }
    snapshots.finish()
    reportNow(consumer, publisher)
    consumer.close()
    logger.notice("stopped", metadata: status(consumer, publisher).metadata)
  }

  private func note(_ batch: UnsafeBufferPointer<KafkaRecord>) {
    guard let engine, !engine.isReplaying else { return }
    if let first = batch.first { figures.noteBatch(timestampMillis: first.timestampMillis) }
    figures.endRestore(steadyMillis: WallClock.steadyMillis(), read: engine.ledger.books.read)
  }

  private func pollTimeoutMillis() -> Int32 {
    let untilCommit = lastCommitMillis + configuration.emit.intervalMillis - WallClock.steadyMillis()
    return Int32(max(1, min(untilCommit, 100)))
  }

  // MARK: - Group

  private func handle(_ event: KafkaConsumer.Event, _ consumer: KafkaConsumer, _ publisher: Publisher) throws
  {
    switch event {
    case .assigned(let partitions):
      try take(partitions, consumer)
    case .revoked:
      figures.note(.revoked)
      logger.notice("the partitions are revoked: last commit and snapshot")
      if engine != nil { try commit(consumer, publisher) }
      if let engine, !engine.isReplaying { snapshots.takeNow(engine.ledger) }
      engine = nil
      try consumer.unassign()
    case .lost:
      figures.note(.lost)
      logger.warning("the partitions were lost: the state is dropped without a commit")
      engine = nil
      try consumer.unassign()
    case .endOfPartition(let partition, let offset):
      guard let index = configuration.input.topics.firstIndex(of: partition.topic) else { return }
      engine?.reachedEnd(topicIndex: index, partition: partition.partition, offset: offset)
    case .failed(let error):
      if error.name.contains("OFFSET_OUT_OF_RANGE") || error.name.contains("AUTO_OFFSET_RESET") {
        throw ServiceFault(
          .dataError, "input is missing: \(error.message)",
          remedy:
            "the topic was recreated or its retention passed this process; restore a newer snapshot, or give "
            + "kafka.group a new name and let the numbers begin with what the topic still holds")
      }
      if error.isRefused { throw ServiceFault(error) }
      logger.warning("Kafka reports a failure", metadata: ["error": "\(error)"])
    case .fatal(let error):
      throw ServiceFault(
        .temporaryFailure, "Kafka refused this process for good: \(error)", remedy: "start again")
    }
  }

  private func take(_ partitions: [TopicPartition], _ consumer: KafkaConsumer) throws {
    guard partitions.count == partitionTotal else {
      engine = nil
      logger.warning(
        "only part of the input is assigned, so nothing is published; waiting for the rest",
        metadata: ["assigned": "\(partitions.count)", "partitions": "\(partitionTotal)"])
      try consumer.assign([])
      return
    }
    onStatus?(RunStatus(phase: .restoring))
    let start = try Restorer(
      configuration: configuration, catalogue: catalogue, directory: directory, logger: logger
    ).restore(partitions, consumer: consumer)
    engine = start.engine
    sequence = start.sequence
    committed = start.engine.slots.map { $0.isReplaying ? $0.silentUntil : $0.task.position }
    lastCommitMillis = WallClock.steadyMillis()
    figures.note(.assigned)
    figures.beginRestore(steadyMillis: lastCommitMillis, read: start.engine.ledger.books.read)
    try consumer.assign(start.offsets)
    logger.notice(
      "all partitions are assigned", metadata: ["partitions": "\(partitions.count)"])
  }

  // MARK: - Commit

  private func isCommitDue(_ consumer: KafkaConsumer) -> Bool {
    guard let engine, !engine.isReplaying else { return false }
    if engine.deadLetterBytes > Self.deadLetterBytesMax { return true }
    let passed = WallClock.steadyMillis() - lastCommitMillis
    guard passed >= configuration.emit.intervalMillis else { return false }
    return passed >= Self.catchUpIntervalMillis || lag(engine, consumer) <= Self.catchUpLagMin
  }

  /// Records that are known to wait, from what the last fetches said.
  private func lag(_ engine: Engine, _ consumer: KafkaConsumer) -> Int64 {
    engine.slots.reduce(0) { $0 + (lag($1, consumer) ?? 0) }
  }

  private func lag(_ slot: TaskSlot, _ consumer: KafkaConsumer) -> Int64? {
    guard !slot.task.isAtEnd else { return 0 }
    let partition = TopicPartition(topic: slot.task.topic, partition: slot.task.partition)
    return consumer.cachedWatermarks(partition).map { max(0, $0.high - slot.task.position) }
  }

  private func commit(_ consumer: KafkaConsumer, _ publisher: Publisher) throws {
    guard let engine, !engine.isReplaying else { return }
    let watermark = engine.watermark(now: WallClock.nowMillis())
    engine.ledger.advance(to: watermark)
    let positions = engine.slots.map(\.task.position)
    if positions != committed || engine.ledger.hasChanges || !engine.deadLetters.isEmpty {
      precondition(
        engine.ledger.tasks.allSatisfy { $0.books.isBalanced }, "the books of a partition do not balance")
      let mark = CommitMark(sequence: sequence + 1, watermark: engine.ledger.watermark)
      let offsets = engine.slots.map {
        (
          TopicPartition(topic: $0.task.topic, partition: $0.task.partition), $0.task.position,
          metadata: mark.text
        )
      }
      let begun = WallClock.steadyMillis()
      try publisher.commit(engine, offsets, watermark: watermark, consumer: consumer)
      figures.noteCommit(millis: WallClock.steadyMillis() - begun, now: WallClock.nowMillis())
      sequence = mark.sequence
      committed = positions
    }
    lastCommitMillis = WallClock.steadyMillis()
    snapshots.takeIfDue(engine.ledger)
  }

  // MARK: - Status

  private func report(_ consumer: KafkaConsumer, _ publisher: Publisher) {
    let now = WallClock.steadyMillis()
    guard now - lastStatusMillis >= 1_000 else { return }
    lastStatusMillis = now
    reportNow(consumer, publisher)
  }

  private func reportNow(_ consumer: KafkaConsumer, _ publisher: Publisher) {
    let status = status(consumer, publisher)
    onStatus?(status)
    monitor?.note(status)
    progress.note(status, logger: logger)
  }

  private func status(_ consumer: KafkaConsumer, _ publisher: Publisher) -> RunStatus {
    var status = RunStatus(phase: isStopping ? .stopping : .waiting)
    status.partitionTotal = partitionTotal
    status.figures = figures
    status.snapshots = snapshots.status
    status.abortCount = publisher.abortCount
    status.deadLetterReasons = publisher.deadLetterReasons
    guard let engine else { return status }
    status.phase = isStopping ? .stopping : engine.isReplaying ? .restoring : .running
    status.books = engine.ledger.books
    status.updateCount = publisher.updateCount
    status.deadLetterCount = publisher.deadLetterCount
    status.lateCount = publisher.lateCount
    status.commitCount = publisher.commitCount
    status.snapshotCount = snapshots.count
    status.cellCount = engine.ledger.cellCount
    status.rowCount = engine.ledger.rowCount
    status.partitionCount = engine.slots.count
    status.streamTime = engine.ledger.streamTime
    status.watermark = engine.ledger.watermark
    status.partitions = engine.slots.map { self.status($0, consumer) }
    status.lag = status.partitions.reduce(0) { $0 + ($1.lag ?? 0) }
    return status
  }

  private func status(_ slot: TaskSlot, _ consumer: KafkaConsumer) -> PartitionStatus {
    let task = slot.task
    let disorder = catalogue.definition.disorderMillis
    let seen = task.streamTime == .min ? Int64.min : task.streamTime - disorder
    return PartitionStatus(
      topic: task.topic, partition: task.partition, position: task.position, lag: lag(slot, consumer),
      streamTime: task.streamTime, watermark: task.isAtEnd ? max(seen, WallClock.nowMillis() - disorder) : seen,
      isAtEnd: task.isAtEnd, isRestoring: slot.isReplaying, books: task.books)
  }
}
