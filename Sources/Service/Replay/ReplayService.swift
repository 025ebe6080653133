import Catalogue
import Core
import Formats
import Foundation
import Logging

/// Runs the core on a file of events, one record a line, and prints updates as NDJSON.
public final class ReplayService {
  public struct Options: Sendable {
    /// Prints only the last value of each key, when everything is read.
    public var finalOnly = false
    /// The wall clock in milliseconds: the timestamp of every record, and how far the watermark goes at the end.
    public var nowMillis: Int64
    /// Records in a batch; updates are printed behind each.
    public var batchSize = 10_000
    /// Partitions the lines are spread over, by `entityId`, `id` or the whole line.
    public var partitionCount = 1

    public init(nowMillis: Int64) { self.nowMillis = nowMillis }
  }

  /// What a replay came to.
  public struct Summary: Sendable {
    public var books = Books()
    public var updateCount = 0
    public var deadLetters = 0
    public var lateCount = 0
  }

  private let engine: Engine
  private let encoder: UpdateEncoder
  private let keys: PartitionKey
  private let options: Options
  private let logger: Logger
  private var offsets: [Int64]
  private var summary = Summary()
  private let write: (UnsafeRawBufferPointer) throws -> Void
  private let startMillis = WallClock.steadyMillis()
  private var lastProgressMillis = WallClock.steadyMillis()

  private static let loggedDeadLettersMax = 20

  /// - Parameter write: takes the bytes of one update, without a line end; what it throws ends the replay.
  public init(
    configuration: Configuration, options: Options, logger: Logger,
    write: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let catalogue = try configuration.compiledCatalogue()
    let partitions = (0..<options.partitionCount).map { EnginePartition(topicIndex: 0, partition: Int32($0)) }
    engine = try Engine(configuration: configuration, catalogue: catalogue, partitions: partitions)
    encoder = UpdateEncoder(catalogue: catalogue, source: "/nadi/replay")
    keys = PartitionKey(maximumBytes: configuration.limits.recordBytes)
    offsets = Array(repeating: 0, count: options.partitionCount)
    self.options = options
    self.logger = logger
    self.write = write
  }

  /// Replays a file, or standard input when the path is `-`.
  public func run(path: String) throws -> Summary {
    var reader: LineReader
    do {
      reader = try LineReader(path: path)
    } catch {
      throw ServiceFault(
        .inputOutput, "cannot read the events: \(error)", remedy: "name a readable file, or -")
    }
    let size = reader.size
    var bytes: [UInt8] = []
    var lines: [Range<Int>] = []
    func readOn() throws -> Bool {
      do {
        return try reader.read(limit: options.batchSize, into: &bytes, &lines)
      } catch {
        throw ServiceFault(
          .inputOutput, "cannot read the events: \(error)", remedy: "name a readable file, or -")
      }
    }
    while try readOn() {
      process(bytes, lines)
      if !options.finalOnly { try publish(watermark: engine.watermark(now: options.nowMillis)) }
      noteDeadLetters()
      progress(reader.byteCount, size)
      bytes.removeAll(keepingCapacity: true)
      lines.removeAll(keepingCapacity: true)
    }
    try finish()
    return summary
  }

  private func process(_ bytes: [UInt8], _ lines: [Range<Int>]) {
    bytes.withUnsafeBytes { buffer in
      let records = lines.map { range -> ValueRecord in
        let value = UnsafeRawBufferPointer(rebasing: buffer[range])
        let partition =
          options.partitionCount == 1 ? 0 : keys.partition(of: value, count: options.partitionCount)
        defer { offsets[partition] += 1 }
        return ValueRecord(
          partition: Int32(partition), offset: offsets[partition], timestampMillis: options.nowMillis,
          value: value)
      }
      records.withUnsafeBufferPointer { engine.process($0) }
    }
  }

  /// Everything is read: the watermark follows the clock, so that every window gets its final update.
  private func finish() throws {
    for partition in 0..<options.partitionCount {
      engine.reachedEnd(topicIndex: 0, partition: Int32(partition))
    }
    let watermark = engine.watermark(now: options.nowMillis)
    if options.finalOnly {
      summary.updateCount += try engine.ledger.publishAll(watermark: watermark, print)
    } else {
      try publish(watermark: watermark)
    }
    summary.books = engine.ledger.books
  }

  private func publish(watermark: Int64) throws {
    summary.updateCount += try engine.ledger.publish(watermark: watermark, print)
    noteDeadLetters()
    engine.confirm()
  }

  private func print(_ update: Update) throws {
    encoder.encode(update)
    try write(encoder.value)
  }

  private func noteDeadLetters() {
    for letter in engine.deadLetters {
      switch letter.kind {
      case .rejected(let reason, let detail):
        summary.deadLetters += 1
        guard summary.deadLetters <= Self.loggedDeadLettersMax else { continue }
        let record: Logger.Metadata = ["record": "\(letter.offset + 1)", "reason": "\(reason)"]
        logger.warning("a record cannot count", metadata: record)
        // It holds a part of the record, which may be a customer's data.
        logger.debug("what is wrong with it", metadata: record.merging(["detail": "\(detail)"]) { $1 })
      case .late:
        summary.lateCount += 1
      }
    }
    engine.forgetDeadLetters()
  }

  private func progress(_ done: Int64, _ size: Int64?) {
    let now = WallClock.steadyMillis()
    guard now - lastProgressMillis >= 2_000 else { return }
    lastProgressMillis = now
    var metadata: Logger.Metadata = ["events": "\(engine.ledger.books.read)"]
    let passed = max(1, now - startMillis)
    metadata["events_per_second"] = "\(Int64(engine.ledger.books.read) * 1_000 / passed)"
    if let size, size > 0, done > 0 {
      metadata["percent"] = "\(done * 100 / size)"
      metadata["seconds_left"] = "\((size - done) * passed / done / 1_000)"
    }
    logger.info("replaying", metadata: metadata)
  }
}
