import Catalogue
import Core
import Formats
import Kafka
import Logging

/// Carries out the commit cycle's calls with Kafka: produces updates, dead letters and late records, and commits them
/// together with the input offsets.
final class Publisher: CommitPort {
  private let configuration: Configuration
  private let logger: Logger
  private let settings: Settings
  private let consumer: KafkaConsumer
  /// Asked while time passes; whether the process was told to stop.
  var shouldStop: () -> Bool = { false }
  /// What failed last.
  private(set) var lastError: KafkaError?
  /// What the transaction under way holds.
  private var handedOver = Counts()
  private var encoder: UpdateEncoder
  private let headers = KafkaHeaders()
  private let letterHeaders = KafkaHeaders()
  /// Nil while another process publishes.
  private var outlet: Outlet?
  /// Updates and set-aside records committed so far.
  private(set) var updateCount: UInt64 = 0
  private(set) var deadLetterCount: UInt64 = 0
  private(set) var lateCount: UInt64 = 0
  private(set) var commitCount: UInt64 = 0
  /// Publications that failed, by the class of what failed.
  private(set) var abortCounts: [CommitFailure: UInt64] = [:]
  /// Why the publication under way cannot be committed.
  private var abortCause = CommitFailure.unclassified
  private(set) var roundTrips: [BrokerRoundTrip] = []
  private(set) var deadLetterReasons: [String: UInt64] = [:]
  /// Copies updates for listeners; nil when there are none.
  private let tap: TapWriter?

  /// A producer with the topics it writes to.
  private struct Outlet {
    let producer: KafkaProducer
    let output: KafkaTopic
    let deadLetters: KafkaTopic
    let late: KafkaTopic
  }

  /// Java's partitioner, so that consumers can join by key; and a short queue, whose memory stays in the cache.
  private static let producerDefaults: Settings = [
    (name: "partitioner", value: "murmur2_random"), (name: "queue.buffering.max.messages", value: "10000"),
  ]
  private static let shortMillis: Int32 = 30_000
  /// For calls that brokers who are there answer at once, when the process is to end soon.
  private static let hastyMillis: Int32 = 5_000
  private static let flushMillis: Int32 = 120_000
  private static let hastyFlushMillis: Int32 = 15_000

  init(
    configuration: Configuration, catalogue: Core.Catalogue, consumer: KafkaConsumer, settings: Settings,
    logger: Logger, tap: TapWriter? = nil
  ) {
    self.tap = tap
    self.configuration = configuration
    self.consumer = consumer
    self.logger = logger
    self.settings = Self.producerDefaults + settings
    encoder = UpdateEncoder(catalogue: catalogue, source: "/nadi/\(configuration.kafka.group)")
    headers.set(UpdateHeaders.contentTypeName, UpdateHeaders.contentType.description)
    headers.set(UpdateHeaders.specificationVersionName, UpdateHeaders.specificationVersion.description)
    headers.set(UpdateHeaders.typeName, UpdateHeaders.type.description)
    headers.set(UpdateHeaders.sourceName, encoder.source)
  }

  /// Begins to publish: what another process of the group left open ends, and it can commit no more.
  func claim() throws {
    release()
    outlet = try KafkaRetry.run(logger, "start publishing", attempts: 10) {
      try connect(timeoutMillis: Self.shortMillis)
    }
  }

  /// Publishes no more, until it is claimed again.
  func release() { outlet = nil }

  private func connect(timeoutMillis: Int32) throws -> Outlet {
    let isTransactional = configuration.kafka.delivery == .exactlyOnce
    let producer = try KafkaProducer(
      brokers: configuration.kafka.brokers.joined(separator: ","),
      transactionalIdentifier: isTransactional ? configuration.kafka.group : nil, settings: settings,
      log: KafkaLog.handler(logger))
    if isTransactional { try producer.initTransactions(timeoutMillis: timeoutMillis) }
    return Outlet(
      producer: producer, output: try producer.topic(configuration.output.topic),
      deadLetters: try producer.topic(configuration.output.deadLetterTopic),
      late: try producer.topic(configuration.output.lateTopic))
  }

  private var claimed: Outlet {
    guard let outlet else { preconditionFailure("Only who has claimed the outputs publishes.") }
    return outlet
  }

  /// From now on updates are those of another catalogue; between two commits only.
  func use(_ catalogue: Core.Catalogue) {
    encoder = UpdateEncoder(catalogue: catalogue, source: encoder.source)
  }

  // MARK: - Commit

  private var patienceMillis: Int32 { shouldStop() ? Self.hastyMillis : Self.shortMillis }

  func perform(_ effect: CommitEffect, _ work: CommitWork) throws(Never) -> CommitFact {
    let producer = claimed.producer
    do {
      switch effect {
      case .produce: try produce(work)
      case .flush:
        try producer.flush(timeoutMillis: shouldStop() ? Self.hastyFlushMillis : Self.flushMillis)
      case .sendOffsets:
        try producer.sendOffsets(offsets(work), consumer: consumer, timeoutMillis: patienceMillis)
      case .commitTransaction: try producer.commitTransaction(timeoutMillis: Self.shortMillis)
      case .commitOffsets: try consumer.commitSync(offsets(work), timeoutMillis: patienceMillis)
      case .abortTransaction: try producer.abortTransaction(timeoutMillis: patienceMillis)
      case .replaceProducer:
        outlet = try connect(timeoutMillis: patienceMillis)
      case .readOffsets: return .found(try finding(work))
      case .wait(let millis): return Pause.sleep(millis: millis, unless: shouldStop) ? .waited : .toldToStop
      case .confirm, .rest, .stop: preconditionFailure("\(effect) is not a call.")
      }
      return .done
    } catch let error as KafkaError {
      lastError = error
      let failure = producer.fatalCause().map(\.commitFailure) ?? error.commitFailure
      note(failure, of: effect)
      logger.warning(
        "publishing met a failure",
        metadata: ["call": "\(effect)", "class": "\(failure)", "error": "\(error)"])
      return .failed(failure)
    } catch {
      preconditionFailure("The Kafka module throws its own errors only, not \(error).")
    }
  }

  private func produce(_ work: CommitWork) throws {
    if configuration.kafka.delivery == .exactlyOnce { try claimed.producer.beginTransaction() }
    handedOver = try produceAll(work.engine, work.watermark)
  }

  private func offsets(_ work: CommitWork) -> [(TopicPartition, Int64, metadata: String)] {
    zip(work.engine.slots.map(\.topicPartition), work.offsets).map { ($0, $1.offset, metadata: $1.metadata) }
  }

  private func finding(_ work: CommitWork) throws -> CommitFinding {
    let partitions = work.engine.slots.map(\.topicPartition)
    let found = try consumer.committed(partitions, timeoutMillis: patienceMillis)
    let finding = work.request.finding(
      partitions.map { partition in
        found[partition].map { CommittedOffset(offset: $0.offset, metadata: $0.metadata) }
      })
    logger.notice("the outcome of a commit that was not answered is known", metadata: ["it": "\(finding)"])
    return finding
  }

  func confirmed() {
    tap?.commit()
    commitCount += 1
    updateCount += handedOver.updates
    deadLetterCount += handedOver.deadLetters
    lateCount += handedOver.late
    deadLetterReasons.merge(handedOver.reasons, uniquingKeysWith: +)
    handedOver = Counts()
  }

  func postponed() { abortCounts[abortCause, default: 0] += 1 }

  /// The way to a commit tells why it could not be made; the way out of a failure does not.
  private func note(_ failure: CommitFailure, of effect: CommitEffect) {
    switch effect {
    case .produce, .flush, .sendOffsets, .commitTransaction, .commitOffsets: abortCause = failure
    case .abortTransaction, .replaceProducer, .readOffsets, .wait, .confirm, .rest, .stop: break
    }
  }

  /// Serves what waits between two commits: news of the brokers, and the producer's figures.
  func serve() {
    guard let producer = outlet?.producer else { return }
    producer.poll()
    if let json = producer.takeStatistics() { roundTrips = BrokerRoundTrip.read(json, client: .producer) }
  }

  private struct Counts {
    var updates: UInt64 = 0
    var deadLetters: UInt64 = 0
    var late: UInt64 = 0
    /// Dead letters by reason.
    var reasons: [String: UInt64] = [:]
  }

  // MARK: - Produce

  private func produceAll(_ engine: Engine, _ watermark: Int64) throws -> Counts {
    var counts = Counts()
    let (producer, output) = (claimed.producer, claimed.output)
    tap?.begin()
    try engine.ledger.publish(watermark: watermark) { update in
      encoder.encode(update)
      if counts.updates == 0 { headers.set(UpdateHeaders.timeName, encoder.time) }
      headers.set(UpdateHeaders.identifierName, encoder.identifier)
      try producer.produce(
        output, key: encoder.key, value: update.isTombstone ? nil : encoder.value, timestampMillis: 0,
        headers: headers)
      tap?.add(update, key: encoder.key, value: encoder.value)
      counts.updates += 1
      if counts.updates & 1_023 == 0 { _ = producer.poll() }
    }
    for letter in engine.deadLetters { try produce(letter, &counts) }
    return counts
  }

  private func produce(_ letter: DeadLetter, _ counts: inout Counts) throws {
    letterHeaders.removeAll()
    for header in letter.headers { letterHeaders.append(header.name, header.value) }
    letterHeaders.set(DeadLetterHeaders.topic, letter.topic)
    letterHeaders.set(DeadLetterHeaders.partition, String(letter.partition))
    letterHeaders.set(DeadLetterHeaders.offset, String(letter.offset))
    if letter.timestampMillis >= 0 {
      letterHeaders.set(DeadLetterHeaders.timestamp, String(letter.timestampMillis))
    }
    if letter.cutByteCount > 0 { letterHeaders.set(DeadLetterHeaders.cutBytes, String(letter.cutByteCount)) }
    let target: KafkaTopic
    switch letter.kind {
    case .rejected(let reason, let detail):
      target = claimed.deadLetters
      counts.deadLetters += 1
      counts.reasons[reason, default: 0] += 1
      letterHeaders.set(DeadLetterHeaders.stage, "VALUE_CONVERTER")
      letterHeaders.set(DeadLetterHeaders.exceptionClass, "nadi.\(reason)")
      letterHeaders.set(DeadLetterHeaders.exceptionMessage, detail)
      letterHeaders.set(DeadLetterHeaders.reason, reason)
    case .late(let window, let lateMillis):
      target = claimed.late
      counts.late += 1
      letterHeaders.set(DeadLetterHeaders.stage, "TASK_PUT")
      letterHeaders.set(DeadLetterHeaders.exceptionClass, "nadi.late")
      letterHeaders.set(
        DeadLetterHeaders.exceptionMessage, "\(lateMillis) ms past the end and grace of its \(window) window")
      letterHeaders.set(DeadLetterHeaders.reason, "late")
      letterHeaders.set(DeadLetterHeaders.window, window)
      letterHeaders.set(DeadLetterHeaders.lateMillis, String(lateMillis))
    }
    try (letter.key ?? []).withUnsafeBytes { key in
      let keyBytes = letter.key == nil ? UnsafeRawBufferPointer(start: nil, count: 0) : key
      try (letter.value ?? []).withUnsafeBytes { value in
        try claimed.producer.produce(
          target, key: keyBytes, value: letter.value == nil ? nil : value, timestampMillis: 0,
          headers: letterHeaders)
      }
    }
  }
}
