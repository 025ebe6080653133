import Catalogue
import Formats
import Kafka
import Logging

/// A dead letter as it lies in its topic, with where it came from.
public struct StoredLetter: Sendable {
  public var partition: Int32
  public var offset: Int64
  public var timestampMillis: Int64
  /// Nil where the record had none.
  public var key: [UInt8]?
  public var value: [UInt8]?
  /// Those of the original record, without the ones that say what was wrong.
  public var headers: [(name: String, value: [UInt8]?)]
  public var reason: String
  public var message: String
  /// The topic, partition and offset of the original record.
  public var sourceTopic: String
  public var sourcePartition: Int32
  public var sourceOffset: Int64
  /// The timestamp of the original record in milliseconds since the Unix epoch; -1 when it had none.
  public var sourceTimestampMillis: Int64
  /// How many bytes of the original record the letter has no room for.
  public var cutByteCount: Int
}

/// Which dead letters are meant.
public struct LetterFilter: Sendable {
  /// Nil means every one.
  public var reason: String?
  public var partition: Int32?
  public var offset: Int64?

  public init(reason: String? = nil, partition: Int32? = nil, offset: Int64? = nil) {
    self.reason = reason
    self.partition = partition
    self.offset = offset
  }

  func accepts(_ letter: StoredLetter) -> Bool {
    (reason == nil || reason == letter.reason) && (partition == nil || partition == letter.partition)
      && (offset == nil || offset == letter.offset)
  }
}

/// Reads the dead-letter topic from its beginning to what is its end at the start, without joining a group.
public struct DeadLetterReader {
  private let configuration: Configuration
  private let logger: Logger

  private static let batchSize = 1_000
  private static let timeoutMillis: Int32 = 15_000
  private static let silenceMillisMax: Int64 = 30_000
  /// Headers that Nadi added to the record.
  private static let addedPrefixes = ["__connect.errors.", "nadi."]

  public init(configuration: Configuration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// Hands over each letter that is meant, partition by partition in order of offset, until `body` returns false.
  ///
  /// - Throws: `KafkaError`, or `ServiceFault` when there is no such topic or the brokers fall silent.
  public func read(_ filter: LetterFilter, _ body: (StoredLetter) throws -> Bool) throws {
    let topic = configuration.output.deadLetterTopic
    let consumer = try KafkaConsumer(
      brokers: configuration.kafka.brokers.joined(separator: ","),
      group: "\(configuration.kafka.group)-dlq-reader", instance: nil,
      settings: try configuration.kafka.librdkafkaProperties(), log: KafkaLog.handler(logger))
    defer { consumer.close() }
    guard let count = try consumer.partitionCount(of: topic, timeoutMillis: Self.timeoutMillis) else {
      throw ServiceFault(
        .unavailable, "there is no topic \(topic)", remedy: "the daemon creates it when it first starts")
    }
    let partitions = TopicPartition.all(of: topic, count: count)
    var open = Set(
      try partitions.filter { partition in
        let (low, high) = try consumer.watermarks(partition, timeoutMillis: Self.timeoutMillis)
        return high > low
      })
    try consumer.assignFromBeginning(partitions)
    var heardMillis = WallClock.steadyMillis()
    var goesOn = true
    while !open.isEmpty, goesOn {
      let received = try consumer.poll(limit: Self.batchSize, timeoutMillis: 100) { batch in
        for record in batch where goesOn {
          let letter = Self.letter(record)
          if filter.accepts(letter) { goesOn = try body(letter) }
        }
      }
      if received > 0 { heardMillis = WallClock.steadyMillis() }
      for event in consumer.takeEvents() {
        switch event {
        case .endOfPartition(let partition, _): open.remove(partition)
        case .failed(let error) where error.isRefused: throw error
        case .fatal(let error): throw error
        case .failed, .assigned, .revoked, .lost: break
        }
      }
      if WallClock.steadyMillis() - heardMillis > Self.silenceMillisMax {
        throw ServiceFault(
          .unavailable, "no answer while reading \(topic)", remedy: "check the brokers and try again")
      }
    }
  }

  static func letter(_ record: some SourceRecord) -> StoredLetter {
    func text(_ name: StaticString) -> String {
      record.header("\(name)").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
    var headers: [(name: String, value: [UInt8]?)] = []
    record.forEachHeader { name, value in
      let name = String(cString: name)
      if !addedPrefixes.contains(where: { name.hasPrefix($0) }) {
        headers.append((name, value.map { Array($0) }))
      }
    }
    return StoredLetter(
      partition: record.partition, offset: record.offset, timestampMillis: record.timestampMillis,
      key: record.key.baseAddress == nil ? nil : Array(record.key),
      value: record.isTombstone ? nil : Array(record.value), headers: headers,
      reason: text(DeadLetterHeaders.reason), message: text(DeadLetterHeaders.exceptionMessage),
      sourceTopic: text(DeadLetterHeaders.topic),
      sourcePartition: Int32(text(DeadLetterHeaders.partition)) ?? -1,
      sourceOffset: Int64(text(DeadLetterHeaders.offset)) ?? -1,
      sourceTimestampMillis: Int64(text(DeadLetterHeaders.timestamp)) ?? -1,
      cutByteCount: Int(text(DeadLetterHeaders.cutBytes)) ?? 0)
  }
}
