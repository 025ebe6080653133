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
/// One process of a group leads: it reads all partitions, whichever are assigned to it, and publishes. The others follow
/// what it commits, in silence (`Standby`), until the group makes one of them lead.
///
/// A commit that cannot be made leaves everything as it was: the loop goes on and comes back to it.
public final class RunService {
  var configuration: Configuration
  var catalogue: Core.Catalogue
  let logger: Logger
  private let settings: Settings
  private let managesOutputs: Bool
  let directory: SnapshotDirectory
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

  var role = GroupRole.none
  /// Nil unless this process leads.
  var tenure: Tenure?
  /// What it knows of what the leading process has published; nil when it leads itself.
  var standby: Standby?
  var engine: Engine? { tenure?.engine ?? standby?.engine }
  /// It led until it was cut off from the group, and does not know who does now.
  var hasLostLead = false
  /// Partitions that seem to end before what is committed, with the end and when it was heard of first.
  var shortEnds: [TopicPartition: (end: Int64, sinceMillis: Int64)] = [:]
  /// Whether what the leader has committed is being read.
  var isReadingAfter = false
  /// When the leader's commits are to be looked at again.
  var nextLookMillis: Int64 = 0
  private(set) var isStopping = false
  /// By input topic, in the order of the configuration.
  private(set) var partitionCounts: [Int] = []
  var lastCommitMillis: Int64 = 0
  /// No commit is tried before, after one that failed.
  var restUntilMillis: Int64 = 0
  var lastStatusMillis: Int64 = 0
  var progress = ProgressLog()
  var figures = RunFigures()
  var consumerRoundTrips: [BrokerRoundTrip] = []

  private static let batchSize = 10_000
  private static let pollMillisMax: Int32 = 100
  /// Has the clients tell their figures every ten seconds.
  private static let statistics: Settings = [(name: "statistics.interval.ms", value: "10000")]
  /// While it is further behind than this, in records, old states are of no use to anybody, so publications are rarer.
  private static let catchUpLagMin: Int64 = 10_000
  /// Whether it was that far behind since the last commit.
  var isCatchingUp = false
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
      path: configuration.state.directory, kept: configuration.state.snapshotsKept, disk: KillPoint.disk)
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
    partitionCounts = counts
    let member = try configuration.kafka.memberId(
      instance: configuration.kafka.instance ?? directory.identity())
    let consumer = try KafkaConsumer(
      brokers: configuration.kafka.brokers.joined(separator: ","), group: configuration.kafka.group,
      instance: configuration.kafka.membership == .static ? member : nil,
      settings: Self.statistics + settings, log: KafkaLog.handler(logger))
    let publisher = Publisher(
      configuration: configuration, catalogue: catalogue, consumer: consumer,
      settings: Self.statistics + settings,
      logger: logger, tap: tap.map { TapWriter($0) })
    try withoutActuallyEscaping(shouldStop) { shouldStop in
      publisher.shouldStop = { [monitor, onBeat] in
        monitor?.beat()
        onBeat?()
        return shouldStop()
      }
      // The last commit is tried a few times and no longer.
      defer { publisher.shouldStop = { true } }
      try warmUp(consumer, publisher)
      try join(consumer, member)
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
    if let engine, !engine.isReplaying { snapshots.takeNow(engine.ledger) }
    snapshots.finish()
    reportNow(consumer, publisher)
    consumer.close()
    logger.notice("stopped", metadata: status(consumer, publisher).metadata)
  }

  /// Once through the loop.
  func turn(_ consumer: KafkaConsumer, _ publisher: Publisher) throws {
    if isHeldUp {
      Pause.sleep(millis: 20)
    } else {
      _ = consumer.poll(limit: Self.batchSize, timeoutMillis: pollTimeoutMillis()) { batch in
        engine?.process(batch)
        note(batch)
      }
    }
    snapshots.proceed()
    if let slot = engine?.replaced { throw replaced(slot) }
    monitor?.beat()
    try handle(consumer.takeEvents(), consumer, publisher)
    try checkShortEnds()
    if let engine, !engine.isReplaying {
      figures.endRestore(steadyMillis: WallClock.steadyMillis(), read: engine.ledger.books.read)
    }
    try readAgain(consumer)
    if isCommitDue(consumer) { try commit(publisher) }
    if tenure == nil {
      try follow(consumer)
      if standby?.isBehind != true { reloadIfDue(publisher) }
    }
    report(consumer, publisher)
  }

  /// Whether no more input may be taken, because what it set aside cannot be published for now.
  private var isHeldUp: Bool {
    guard let engine = tenure?.engine else { return false }
    return engine.deadLetterBytes > Self.deadLetterBytesMax && WallClock.steadyMillis() < restUntilMillis
  }

  /// Goes back to what was passed over while other partitions were still replayed.
  private func readAgain(_ consumer: KafkaConsumer) throws {
    guard let engine = tenure?.engine, let offsets = engine.offsetsToReadAgain() else { return }
    try consumer.assign(Array(zip(engine.slots.map(\.topicPartition), offsets)))
  }

  private func note(_ batch: UnsafeBufferPointer<KafkaRecord>) {
    guard let engine = tenure?.engine, !engine.isReplaying else { return }
    if let first = batch.first { figures.noteBatch(timestampMillis: first.timestampMillis) }
  }

  /// Until a commit may be due, or not at all while there is other work; records and events end the wait at once.
  private func pollTimeoutMillis() -> Int32 {
    guard !snapshots.isBegun else { return 0 }
    guard let engine = tenure?.engine, !engine.isReplaying else { return Self.pollMillisMax }
    let dueMillis = max(lastCommitMillis + intervalMillis(engine), restUntilMillis)
    return Int32(max(1, min(dueMillis - WallClock.steadyMillis(), Int64(Self.pollMillisMax))))
  }

  // MARK: - Commit

  private func isCommitDue(_ consumer: KafkaConsumer) -> Bool {
    guard let engine = tenure?.engine, !engine.isReplaying, WallClock.steadyMillis() >= restUntilMillis else {
      return false
    }
    if engine.deadLetterBytes > Self.deadLetterBytesMax || reloader?.isDue == true { return true }
    if lag(engine, consumer) > Self.catchUpLagMin { isCatchingUp = true }
    return WallClock.steadyMillis() - lastCommitMillis >= intervalMillis(engine)
  }

  /// How far publications are apart.
  private func intervalMillis(_ engine: Engine) -> Int64 {
    // The end of the input closes windows: one publication there tells what one before and one after would.
    guard isCatchingUp, !engine.slots.allSatisfy(\.task.isAtEnd) else {
      return configuration.emit.intervalMillis
    }
    return max(Self.catchUpIntervalMillis, configuration.emit.intervalMillis)
  }

  /// Records that are known to wait, from what the last fetches said.
  private func lag(_ engine: Engine, _ consumer: KafkaConsumer) -> Int64 {
    engine.slots.reduce(0) { $0 + (lag($1, consumer) ?? 0) }
  }

  func lag(_ slot: TaskSlot, _ consumer: KafkaConsumer) -> Int64? {
    guard !slot.task.isAtEnd else { return 0 }
    return consumer.cachedWatermarks(slot.topicPartition).map { max(0, $0.high - slot.task.position) }
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
    let outcome = tenure.commit(now: WallClock.nowMillis(), KillPoint.port(publisher))
    if outcome.isCommitted {
      // From beginning to beginning, or the time that a commit takes would come on top of the interval.
      lastCommitMillis = begun
      isCatchingUp = false
    }
    if outcome == .committed {
      figures.noteCommit(millis: WallClock.steadyMillis() - begun, now: WallClock.nowMillis())
    }
    return outcome
  }

  /// Commits before the lead goes; returns false when it could not be committed.
  func commitForTheLastTime(_ publisher: Publisher) throws -> Bool {
    guard let tenure, !tenure.engine.isReplaying else { return true }
    for _ in 0..<Self.lastAttemptsMax {
      switch attempt(tenure, publisher) {
      case .nothing, .committed: return true
      case .postponed(let millis): Pause.sleep(millis: millis)
      case .stopped(let reason): throw fault(reason, publisher)
      }
    }
    return false
  }
}
