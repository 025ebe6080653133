import Catalogue
import Core
import Formats
import Kafka
import Logging

/// Produces updates, dead letters and late records, and commits them together with the input offsets.
final class Publisher {
  typealias Offsets = [(TopicPartition, Int64, metadata: String)]

  private let configuration: Configuration
  private let logger: Logger
  private let settings: Settings
  private let encoder: UpdateEncoder
  private let headers = KafkaHeaders()
  private let letterHeaders = KafkaHeaders()
  private var producer: KafkaProducer
  private var output: KafkaTopic
  private var deadLetters: KafkaTopic
  private var late: KafkaTopic
  /// Updates and set-aside records committed so far.
  private(set) var updateCount: UInt64 = 0
  private(set) var deadLetterCount: UInt64 = 0
  private(set) var lateCount: UInt64 = 0
  private(set) var commitCount: UInt64 = 0
  private(set) var abortCount: UInt64 = 0
  private(set) var deadLetterReasons: [String: UInt64] = [:]
  /// Copies updates for listeners; nil when there are none.
  private let tap: TapWriter?

  /// Java's partitioner, so that consumers can join by key; and a short queue, whose memory stays in the cache.
  private static let producerDefaults: Settings = [
    (name: "partitioner", value: "murmur2_random"), (name: "queue.buffering.max.messages", value: "10000"),
  ]
  private static let shortMillis: Int32 = 30_000
  /// How often a failed transaction is tried again before the process gives up and is restarted.
  private static let attemptsMax = 20

  init(
    configuration: Configuration, catalogue: Core.Catalogue, settings: Settings, logger: Logger,
    tap: TapWriter? = nil
  ) throws {
    self.tap = tap
    self.configuration = configuration
    self.logger = logger
    self.settings = Self.producerDefaults + settings
    encoder = UpdateEncoder(catalogue: catalogue, source: "/nadi/\(configuration.kafka.group)")
    (producer, output, deadLetters, late) = try Self.connect(configuration, self.settings, logger)
    headers.set(UpdateHeaders.contentTypeName, UpdateHeaders.contentType.description)
    headers.set(UpdateHeaders.specificationVersionName, UpdateHeaders.specificationVersion.description)
    headers.set(UpdateHeaders.typeName, UpdateHeaders.type.description)
    headers.set(UpdateHeaders.sourceName, encoder.source)
  }

  private static func connect(
    _ configuration: Configuration, _ settings: Settings, _ logger: Logger
  ) throws -> (KafkaProducer, KafkaTopic, KafkaTopic, KafkaTopic) {
    let isTransactional = configuration.kafka.delivery == .exactlyOnce
    let producer = try KafkaProducer(
      brokers: configuration.kafka.brokers.joined(separator: ","),
      transactionalIdentifier: isTransactional ? configuration.kafka.memberId : nil, settings: settings,
      log: KafkaLog.handler(logger))
    if isTransactional {
      try KafkaRetry.run(logger, "initialise transactions", attempts: 10) {
        try producer.initTransactions(timeoutMillis: shortMillis)
      }
    }
    let output = try producer.topic(configuration.output.topic)
    let deadLetters = try producer.topic(configuration.output.deadLetterTopic)
    return (producer, output, deadLetters, try producer.topic(configuration.output.lateTopic))
  }

  // MARK: - Commit

  /// Publishes what the engine has to say and commits it with the offsets; returns when it is committed.
  ///
  /// - Throws: `ServiceFault` with exit code 75 when this process must not go on.
  func commit(_ engine: Engine, _ offsets: Offsets, watermark: Int64, consumer: KafkaConsumer) throws {
    var attempt = 0
    while true {
      attempt += 1
      do {
        let counts =
          try configuration.kafka.delivery == .exactlyOnce
          ? transact(engine, offsets, watermark, consumer) : deliver(engine, offsets, watermark, consumer)
        engine.confirm()
        tap?.commit()
        commitCount += 1
        updateCount += counts.updates
        deadLetterCount += counts.deadLetters
        lateCount += counts.late
        deadLetterReasons.merge(counts.reasons, uniquingKeysWith: +)
        return
      } catch let error as KafkaError {
        abortCount += 1
        try recover(from: error, attempt: attempt)
      }
    }
  }

  private struct Counts {
    var updates: UInt64 = 0
    var deadLetters: UInt64 = 0
    var late: UInt64 = 0
    /// Dead letters by reason.
    var reasons: [String: UInt64] = [:]
  }

  private func transact(
    _ engine: Engine, _ offsets: Offsets, _ watermark: Int64, _ consumer: KafkaConsumer
  ) throws -> Counts {
    try producer.beginTransaction()
    let counts = try produceAll(engine, watermark)
    try KafkaRetry.run(logger, "send offsets to the transaction", attempts: 3) {
      try producer.sendOffsets(offsets, consumer: consumer, timeoutMillis: Self.shortMillis)
    }
    do {
      try KafkaRetry.run(logger, "commit the transaction", attempts: 3) {
        try producer.commitTransaction(timeoutMillis: Self.shortMillis)
      }
    } catch let error as KafkaError where !error.isFatal && !error.requiresAbort {
      // The outcome is unknown: a new producer with the same id completes or aborts what was left.
      logger.warning("the outcome of a commit is unknown", metadata: ["error": "\(error)"])
      (producer, output, deadLetters, late) = try Self.connect(configuration, settings, logger)
      if try !isCommitted(offsets, consumer) { throw error }
    }
    return counts
  }

  private func isCommitted(_ offsets: Offsets, _ consumer: KafkaConsumer) throws -> Bool {
    let found = try KafkaRetry.run(logger, "read committed offsets", attempts: 10) {
      try consumer.committed(offsets.map(\.0), timeoutMillis: Self.shortMillis)
    }
    return offsets.allSatisfy { found[$0.0]?.offset == $0.1 && found[$0.0]?.metadata == $0.metadata }
  }

  private func deliver(
    _ engine: Engine, _ offsets: Offsets, _ watermark: Int64, _ consumer: KafkaConsumer
  ) throws -> Counts {
    let counts = try produceAll(engine, watermark)
    try producer.flush(timeoutMillis: 120_000)
    try KafkaRetry.run(logger, "commit offsets", attempts: 5) { try consumer.commitSync(offsets) }
    return counts
  }

  /// Decides after a failure: nothing to do before the next attempt, or give up.
  private func recover(from error: KafkaError, attempt: Int) throws {
    if error.isFenced || error.isFatal || producer.fatalError() != nil {
      throw ServiceFault(
        .temporaryFailure, "Kafka refused this process for good: \(error)",
        remedy:
          "another process with the same kafka.group and kafka.instance may have taken over; start again")
    }
    guard attempt < Self.attemptsMax else {
      throw ServiceFault(
        .temporaryFailure, "publishing failed \(attempt) times in a row: \(error)",
        remedy: "check the brokers; nothing is lost, start again")
    }
    logger.warning(
      "publishing failed and is tried again", metadata: ["attempt": "\(attempt)", "error": "\(error)"])
    if configuration.kafka.delivery == .exactlyOnce {
      do {
        try KafkaRetry.run(logger, "abort the transaction", attempts: 3) {
          try producer.abortTransaction(timeoutMillis: Self.shortMillis)
        }
      } catch {
        // An abort that cannot be had is replaced by a new producer, which ends the old transaction.
        (producer, output, deadLetters, late) = try Self.connect(configuration, settings, logger)
      }
    }
    Pause.sleep(millis: Int64(min(50 << min(attempt, 6), 2_000)))
  }

  // MARK: - Produce

  private func produceAll(_ engine: Engine, _ watermark: Int64) throws -> Counts {
    var counts = Counts()
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
    for header in letter.headers {
      (header.value ?? []).withUnsafeBytes { letterHeaders.set(header.name, $0) }
    }
    letterHeaders.set(DeadLetterHeaders.topic, letter.topic)
    letterHeaders.set(DeadLetterHeaders.partition, String(letter.partition))
    letterHeaders.set(DeadLetterHeaders.offset, String(letter.offset))
    let target: KafkaTopic
    switch letter.kind {
    case .rejected(let reason, let detail):
      target = deadLetters
      counts.deadLetters += 1
      counts.reasons[reason, default: 0] += 1
      letterHeaders.set(DeadLetterHeaders.stage, "VALUE_CONVERTER")
      letterHeaders.set(DeadLetterHeaders.exceptionClass, "nadi.\(reason)")
      letterHeaders.set(DeadLetterHeaders.exceptionMessage, detail)
      letterHeaders.set(DeadLetterHeaders.reason, reason)
    case .late(let window, let lateMillis):
      target = late
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
        try producer.produce(
          target, key: keyBytes, value: letter.value == nil ? nil : value, timestampMillis: 0,
          headers: letterHeaders)
      }
    }
  }
}
