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
/// 3. at every interval publish what changed and commit it with the offsets, in one transaction (`CommitCycle`);
/// 4. behind a commit, take a snapshot when one is due.
///
/// A commit that cannot be made leaves everything as it was: the loop goes on and comes back to it.
public final class RunService {
  var configuration: Configuration
  var catalogue: Core.Catalogue
  let logger: Logger
  private let settings: Settings
  private let managesOutputs: Bool
  private let directory: SnapshotDirectory
  let snapshots: SnapshotTaker
  /// Tells how it goes, about once a second.
  public var onStatus: ((RunStatus) -> Void)?
  /// Shows other threads how it goes; nil when nobody looks.
  public var monitor: RunMonitor?
  /// Gets a copy of every committed update; nil when nobody listens. Set before `run`.
  public var tap: UpdateTap?
  /// Told whenever the loop, or a wait within it, goes on.
  public var onBeat: (() -> Void)?
  /// Asked at commits whether another configuration is to be taken; nil when none ever is.
  public var reloader: Reloader?
  /// Told the configuration that is in use from now on.
  public var onReload: ((Configuration) -> Void)?
  /// How long to wait for brokers and input topics at the start, in milliseconds; nil is for ever.
  public var waitMillisMax: Int64?

  /// Nil while the partitions are not assigned.
  var tenure: Tenure?
  var engine: Engine? { tenure?.engine }
  private(set) var isStopping = false
  private(set) var partitionTotal = 0
  private var lastCommitMillis: Int64 = 0
  /// No commit is tried before, after one that failed.
  private var restUntilMillis: Int64 = 0
  var lastStatusMillis: Int64 = 0
  var progress = ProgressLog()
  private(set) var figures = RunFigures()
  var consumerRoundTrips: [BrokerRoundTrip] = []

  private static let batchSize = 10_000
  /// Has the clients tell their figures every ten seconds.
  private static let statistics: Settings = [(name: "statistics.interval.ms", value: "10000")]
  /// While it is further behind than this, in records, old states are of no use to anybody, so publications are rarer.
  private static let catchUpLagMin: Int64 = 10_000
  /// Whether it was that far behind since the last commit.
  private var isCatchingUp = false
  private static let catchUpIntervalMillis: Int64 = 5_000
  /// Set-aside records held in memory before a commit is made early.
  private static let deadLetterBytesMax = 16 << 20
  /// How often the last commit is tried when the process or the partitions must go.
  private static let lastAttemptsMax = 3

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
    self.settings = try configuration.kafka.librdkafkaProperties() + settings
    catalogue = try configuration.compiledCatalogue()
    directory = SnapshotDirectory(
      path: configuration.state.directory, kept: configuration.state.snapshotsKept)
    try directory.lock()
    snapshots = try SnapshotTaker(
      directory: directory, group: configuration.kafka.group, build: build,
      intervalMillis: configuration.state.snapshotIntervalMillis, logger: logger)
  }

  /// Runs until `shouldStop`, then commits, snapshots and leaves.
  ///
  /// - Throws: `ServiceFault` with the exit code when it cannot go on; no snapshot is written then.
  public func run(shouldStop: () -> Bool) throws {
    onStatus?(RunStatus(phase: .waiting))
    warnOfWeaknesses()
    let setup = TopicSetup(
      configuration: configuration, settings: settings, logger: logger, managesOutputs: managesOutputs,
      waitMillisMax: waitMillisMax)
    let counts = try setup.prepare {
      monitor?.beat()
      return shouldStop()
    }
    guard let counts else { return }
    partitionTotal = counts.reduce(0, +)
    let consumer = try KafkaConsumer(
      brokers: configuration.kafka.brokers.joined(separator: ","), group: configuration.kafka.group,
      instance: configuration.kafka.memberId, settings: Self.statistics + settings,
      log: KafkaLog.handler(logger))
    let publisher = try Publisher(
      configuration: configuration, catalogue: catalogue, consumer: consumer,
      settings: Self.statistics + settings,
      logger: logger, tap: tap.map { TapWriter($0) })
    try consumer.subscribe(configuration.input.topics)
    logger.notice(
      "joining the group",
      metadata: [
        "group": "\(configuration.kafka.group)",
        "topics": "\(configuration.input.topics.joined(separator: ","))",
      ])
    try withoutActuallyEscaping(shouldStop) { shouldStop in
      publisher.shouldStop = { [monitor, onBeat] in
        monitor?.beat()
        onBeat?()
        return shouldStop()
      }
      // The last commit is tried a few times and no longer.
      defer { publisher.shouldStop = { true } }
      while !shouldStop() { try turn(consumer, publisher) }
    }
    logger.notice("stopping: last commit and snapshot")
    isStopping = true
    reportNow(consumer, publisher)
    guard try commitForTheLastTime(publisher) else {
      throw ServiceFault(
        .temporaryFailure, "the last commit could not be made: \(said(publisher))",
        remedy: "nothing is lost; start again when the brokers answer")
    }
    snapshots.finish()
    reportNow(consumer, publisher)
    consumer.close()
    logger.notice("stopped", metadata: status(consumer, publisher).metadata)
  }

  /// Once through the loop.
  private func turn(_ consumer: KafkaConsumer, _ publisher: Publisher) throws {
    if isHeldUp {
      Pause.sleep(millis: 20)
    } else {
      _ = consumer.poll(limit: Self.batchSize, timeoutMillis: pollTimeoutMillis()) { batch in
        engine?.process(batch)
        note(batch)
      }
    }
    if let slot = engine?.replaced { throw replaced(slot) }
    monitor?.beat()
    for event in consumer.takeEvents() { try handle(event, consumer, publisher) }
    if let engine, !engine.isReplaying {
      figures.endRestore(steadyMillis: WallClock.steadyMillis(), read: engine.ledger.books.read)
    }
    try readAgain(consumer)
    if isCommitDue(consumer) { try commit(publisher) }
    if tenure == nil { reloadIfDue(publisher) }
    report(consumer, publisher)
  }

  /// Whether no more input may be taken, because what it set aside cannot be published for now.
  private var isHeldUp: Bool {
    guard let engine else { return false }
    return engine.deadLetterBytes > Self.deadLetterBytesMax && WallClock.steadyMillis() < restUntilMillis
  }

  /// Goes back to what was passed over while other partitions were still replayed.
  private func readAgain(_ consumer: KafkaConsumer) throws {
    guard let engine, let offsets = engine.offsetsToReadAgain() else { return }
    let partitions = engine.slots.map { TopicPartition(topic: $0.task.topic, partition: $0.task.partition) }
    try consumer.assign(Array(zip(partitions, offsets)))
  }

  private func note(_ batch: UnsafeBufferPointer<KafkaRecord>) {
    guard let engine, !engine.isReplaying else { return }
    if let first = batch.first { figures.noteBatch(timestampMillis: first.timestampMillis) }
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
      if try !commitForTheLastTime(publisher) {
        logger.warning(
          "the partitions go without a last commit, which whoever gets them makes up for",
          metadata: ["error": "\(said(publisher))"])
      }
      tenure = nil
      try consumer.unassign()
    case .lost:
      figures.note(.lost)
      logger.warning("the partitions were lost: the state is dropped without a commit")
      tenure = nil
      try consumer.unassign()
    case .endOfPartition(let partition, let offset):
      guard let index = configuration.input.topics.firstIndex(of: partition.topic) else { return }
      if let until = tenure?.reachedEnd(topicIndex: index, partition: partition.partition, offset: offset) {
        throw shrunk(partition, end: offset, committed: until)
      }
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
      tenure = nil
      logger.warning(
        "only part of the input is assigned, so nothing is published; waiting for the rest",
        metadata: ["assigned": "\(partitions.count)", "partitions": "\(partitionTotal)"])
      try consumer.assign([])
      return
    }
    onStatus?(RunStatus(phase: .restoring))
    monitor?.note(RunStatus(phase: .restoring))
    let start = try Restorer(
      configuration: configuration, catalogue: catalogue, directory: directory, logger: logger
    ).restore(partitions, log: KafkaInputLog(consumer: consumer, logger: logger))
    tenure = Tenure(
      engine: start.engine, sequence: start.sequence,
      delivery: configuration.kafka.delivery == .exactlyOnce ? .exactlyOnce : .atLeastOnce)
    lastCommitMillis = WallClock.steadyMillis()
    restUntilMillis = 0
    figures.note(.assigned)
    figures.beginRestore(steadyMillis: lastCommitMillis, read: start.engine.ledger.books.read)
    try consumer.assign(start.offsets)
    logger.notice(
      "all partitions are assigned", metadata: ["partitions": "\(partitions.count)"])
  }

  // MARK: - Commit

  private func isCommitDue(_ consumer: KafkaConsumer) -> Bool {
    guard let engine, !engine.isReplaying, WallClock.steadyMillis() >= restUntilMillis else { return false }
    if engine.deadLetterBytes > Self.deadLetterBytesMax || reloader?.isDue == true { return true }
    if lag(engine, consumer) > Self.catchUpLagMin { isCatchingUp = true }
    let passed = WallClock.steadyMillis() - lastCommitMillis
    guard passed >= configuration.emit.intervalMillis else { return false }
    // The end of the input closes windows: one publication there tells what one before and one after would.
    return !isCatchingUp || engine.slots.allSatisfy(\.task.isAtEnd) || passed >= Self.catchUpIntervalMillis
  }

  /// Records that are known to wait, from what the last fetches said.
  private func lag(_ engine: Engine, _ consumer: KafkaConsumer) -> Int64 {
    engine.slots.reduce(0) { $0 + (lag($1, consumer) ?? 0) }
  }

  func lag(_ slot: TaskSlot, _ consumer: KafkaConsumer) -> Int64? {
    guard !slot.task.isAtEnd else { return 0 }
    let partition = TopicPartition(topic: slot.task.topic, partition: slot.task.partition)
    return consumer.cachedWatermarks(partition).map { max(0, $0.high - slot.task.position) }
  }

  private func commit(_ publisher: Publisher) throws {
    guard let tenure, !tenure.engine.isReplaying else { return }
    switch attempt(tenure, publisher) {
    case .nothing, .committed:
      snapshots.takeIfDue(tenure.engine.ledger)
      reloadIfDue(publisher)
    case .postponed(let millis): restUntilMillis = WallClock.steadyMillis() + millis
    case .stopped(let reason): throw fault(reason, publisher)
    }
  }

  private func attempt(_ tenure: Tenure, _ publisher: Publisher) -> Tenure.Outcome {
    let begun = WallClock.steadyMillis()
    let outcome = tenure.commit(now: WallClock.nowMillis(), publisher)
    if outcome.isCommitted {
      lastCommitMillis = WallClock.steadyMillis()
      isCatchingUp = false
    }
    if outcome == .committed {
      figures.noteCommit(millis: lastCommitMillis - begun, now: WallClock.nowMillis())
    }
    return outcome
  }

  /// Commits and takes a snapshot before the state is dropped; returns false when it could not be committed.
  private func commitForTheLastTime(_ publisher: Publisher) throws -> Bool {
    guard let tenure, !tenure.engine.isReplaying else { return true }
    for _ in 0..<Self.lastAttemptsMax {
      switch attempt(tenure, publisher) {
      case .nothing, .committed:
        snapshots.takeNow(tenure.engine.ledger)
        return true
      case .postponed(let millis): Pause.sleep(millis: millis)
      case .stopped(let reason): throw fault(reason, publisher)
      }
    }
    return false
  }
}
