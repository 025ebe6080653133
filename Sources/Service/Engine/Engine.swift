import Catalogue
import Core
import Formats

/// The deterministic core under its adapters: records in, updates out, whichever source and sink they have.
///
/// One thread uses it; `process` spreads a batch over the workers and returns when all of it is applied.
public final class Engine {
  public let catalogue: Catalogue
  public let topics: [String]
  public let ledger: Ledger
  let slots: [TaskSlot]
  private let workers: [Worker]
  private let pool: WorkerPool
  /// By topic index and partition: the place in `slots`, or -1.
  private let places: [[Int]]
  /// Whether some partition is still before the offset up to which everything was published.
  ///
  /// Until none is, no partition goes past its own: what was published of all of them together, such as sessions, is
  /// known only there.
  public internal(set) var isReplaying: Bool
  /// Whether another process publishes: nothing goes past the offsets that it has committed, as far as is known.
  var isFollowing = false
  /// The watermark at which what is replayed was published, as far as is known.
  var replayedWatermark = Int64.min

  /// - Parameters:
  ///   - partitions: topic index, partition, and the offset before which everything was published already.
  ///   - restored: a ledger with its tasks in the order of `partitions`, or nil to begin with nothing.
  public init(
    configuration: Configuration, catalogue: Catalogue, partitions: [EnginePartition], restored: Ledger? = nil
  ) throws {
    self.catalogue = catalogue
    topics = configuration.input.topics
    let ledger =
      restored ?? Self.emptyLedger(catalogue: catalogue, topics: configuration.input.topics, partitions)
    self.ledger = ledger
    slots = zip(ledger.tasks, partitions).map {
      TaskSlot(task: $0, silentUntil: $1.publishedUntil, begin: $1.begin)
    }
    isReplaying = slots.contains { !$0.isReplayed }
    workers = try (0..<configuration.workers).map { _ in
      Worker(
        catalogue: catalogue, topics: configuration.input.topics,
        decoder: try Decoder(
          catalogue: catalogue, mappings: configuration.mappings, topics: configuration.input.topics,
          maximumBytes: configuration.limits.recordBytes, maximumKeyBytes: configuration.limits.keyBytes,
          maximumDepth: configuration.limits.depth))
    }
    pool = WorkerPool(size: configuration.workers)
    var places = configuration.input.topics.map { _ in [Int]() }
    for (place, partition) in partitions.enumerated() {
      let number = Int(partition.partition)
      while places[partition.topicIndex].count <= number { places[partition.topicIndex].append(-1) }
      places[partition.topicIndex][number] = place
    }
    self.places = places
  }

  deinit { pool.stop() }

  /// A ledger with a new task for each partition.
  static func emptyLedger(catalogue: Catalogue, topics: [String], _ partitions: [EnginePartition]) -> Ledger {
    Ledger(
      catalogue: catalogue,
      tasks: partitions.map {
        PartitionTask(catalogue: catalogue, topic: topics[$0.topicIndex], partition: $0.partition)
      })
  }

  // MARK: - Input

  /// Decodes, admits, combines and applies a batch. Records of one partition come in order of offset.
  ///
  /// During a replay records that follow it are passed over; `offsetsToReadAgain` says from where when it has ended.
  public func process<Record: SourceRecord>(_ batch: UnsafeBufferPointer<Record>) {
    apply(batch)
    guard isReplaying || isFollowing else { return }
    if isReplaying, slots.allSatisfy(\.isReplayed) {
      endReplay()
      if !isFollowing {
        // What this batch passed over is taken now; what an earlier one did has to come again.
        for slot in slots { slot.hasPassedOver = false }
        apply(batch)
        return
      }
    }
    for slot in slots where slot.hasPassedOver {
      slot.hasPassedOver = false
      slot.isBehind = true
    }
  }

  private func apply<Record: SourceRecord>(_ batch: UnsafeBufferPointer<Record>) {
    let (slots, places, holdsBack) = (slots, places, isReplaying || isFollowing)
    // Each worker reads the whole batch and takes only its own tasks, so the threads share nothing that changes.
    nonisolated(unsafe) let shared = batch
    let count = workers.count
    pool.run { number in
      workers[number].process(shared, holdsBack: holdsBack) { record in
        guard record.topicIndex >= 0, Int(record.partition) < places[record.topicIndex].count else {
          return nil
        }
        let place = places[record.topicIndex][Int(record.partition)]
        return place >= 0 && place % count == number ? slots[place] : nil
      }
    }
  }

  /// A partition was read to its end, which was at `offset` if that is known; if records behind it came since, that is no
  /// longer so.
  public func reachedEnd(topicIndex: Int, partition: Int32, offset: Int64? = nil) {
    guard let slot = slot(topicIndex: topicIndex, partition: partition),
      slot.task.position <= offset ?? .max
    else { return }
    if let offset { slot.skip(to: isReplaying || isFollowing ? min(offset, slot.silentUntil) : offset) }
    slot.hasEnded = true
    // Whoever follows does not read on, so that it would not hear of what comes next.
    if !slot.isBehind, !isFollowing { slot.task.isAtEnd = true }
    if isReplaying, slots.allSatisfy(\.isReplayed) { endReplay() }
  }

  /// Everything replayed is as it was published.
  func endReplay() {
    isReplaying = false
    for slot in slots { slot.task.endSilence() }
    if isFollowing { inferEnds() }
    ledger.settle(watermark: max(replayedWatermark, ledger.seenWatermark))
  }

  /// From where the partitions are to be read again because records were passed over during a replay that has ended, in
  /// the order of the partitions; nil when there is no need. Call after every batch, and read on from there.
  public func offsetsToReadAgain() -> [Int64]? {
    guard !isReplaying, slots.contains(where: \.isBehind) else { return nil }
    for slot in slots { (slot.isBehind, slot.isHeardFrom) = (false, false) }
    return slots.map(\.task.position)
  }

  /// The first partition that turned out not to be the one that the state was made from: nothing may be published.
  var replaced: TaskSlot? { slots.first(where: \.isReplaced) }

  func slot(topicIndex: Int, partition: Int32) -> TaskSlot? {
    guard topicIndex >= 0, topicIndex < places.count, Int(partition) < places[topicIndex].count else {
      return nil
    }
    let place = places[topicIndex][Int(partition)]
    return place < 0 ? nil : slots[place]
  }

  // MARK: - Publication

  /// The watermark over all partitions at a wall-clock time, in milliseconds.
  public func watermark(now: Int64) -> Int64 { ledger.watermark(now: now) }

  /// What was set aside since `confirm`, in order of partition and offset.
  var deadLetters: [DeadLetter] {
    workers.flatMap(\.deadLetters).sorted {
      ($0.topic, $0.partition, $0.offset) < ($1.topic, $1.partition, $1.offset)
    }
  }

  /// Memory held by what was set aside, in bytes.
  var deadLetterBytes: Int { workers.reduce(0) { $0 + $1.deadLetterBytes } }

  /// Everything handed over since the last call is published.
  public func confirm() {
    ledger.confirm()
    forgetDeadLetters()
  }

  func forgetDeadLetters() {
    for worker in workers { worker.forgetDeadLetters() }
  }
}

/// One input partition of an engine.
public struct EnginePartition: Sendable {
  public var topicIndex: Int
  public var partition: Int32
  /// Updates and dead letters of records before this offset were published by an earlier run.
  public var publishedUntil: Int64
  /// Where the group began to read it; nil if that is not known.
  public var begin: Int64?

  public init(topicIndex: Int, partition: Int32, publishedUntil: Int64 = 0, begin: Int64? = nil) {
    self.topicIndex = topicIndex
    self.partition = partition
    self.publishedUntil = publishedUntil
    self.begin = begin
  }
}
