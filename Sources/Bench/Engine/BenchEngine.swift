import Catalogue
import Core
import Formats
import Service

/// The engine without Kafka: on one thread, with four partitions.
final class BenchEngine {
  let engine: Engine
  private let encoder: UpdateEncoder
  private var offsets: [Int64]
  private var record = WorkloadRecord()

  static let partitionCount = 4
  static let topic = "bench"
  private static let batchSize = 10_000
  /// What a batch of any workload takes at most.
  private static let arenaBytes = batchSize * WorkloadRecord.valueBytesMax

  /// - Throws: `ServiceFault` when the definition is wrong.
  init(_ job: JobDefinition, topic: String = BenchEngine.topic, partitions: Int = BenchEngine.partitionCount)
    throws
  {
    let configuration = try Self.configuration(job, topic: topic)
    let catalogue = try Core.Catalogue(configuration.catalogue)
    engine = try Engine(
      configuration: configuration, catalogue: catalogue,
      partitions: (0..<partitions).map { EnginePartition(topicIndex: 0, partition: Int32($0)) })
    encoder = UpdateEncoder(catalogue: catalogue, source: "/nadi/bench")
    offsets = Array(repeating: 0, count: partitions)
  }

  private static func configuration(_ job: JobDefinition, topic: String) throws -> Configuration {
    let (loaded, diagnostics) = ConfigurationLoader.load(
      yaml: "kafka: { brokers: \"127.0.0.1:1\" }\ninput: { topics: [\"\(topic)\"] }\n\(job.sections)",
      file: job.name, zoneBytes: ConfigurationFile.zoneBytes)
    guard let loaded else {
      throw ServiceFault(
        .internalError, diagnostics.map { $0.text(file: job.name) }.joined(separator: "\n"),
        remedy: "this is a fault of the program")
    }
    return loaded
  }

  // MARK: - Input

  /// Reads records in batches.
  func process(_ records: ArraySlice<ValueRecord>) {
    var place = records.startIndex
    while place < records.endIndex {
      let end = min(place + Self.batchSize, records.endIndex)
      records[place..<end].withUnsafeBufferPointer { engine.processValues($0) }
      place = end
    }
  }

  /// Makes so many records of a workload and reads them, a batch at a time, publishing behind every tenth.
  func feed(_ workload: inout some Workload, count: Int) {
    let arena = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.arenaBytes, alignment: 8)
    defer { arena.deallocate() }
    var batch: [ValueRecord] = []
    batch.reserveCapacity(Self.batchSize)
    var left = count
    var number = 0
    while left > 0 {
      var used = 0
      batch.removeAll(keepingCapacity: true)
      for _ in 0..<min(left, Self.batchSize) {
        workload.next(&record)
        let place = UnsafeMutableRawBufferPointer(rebasing: arena[used..<used + record.value.count])
        place.copyBytes(from: record.value)
        used += record.value.count
        let partition = record.home % offsets.count
        batch.append(
          ValueRecord(
            partition: Int32(partition), offset: offsets[partition],
            timestampMillis: record.timestampMillis, value: UnsafeRawBufferPointer(place)))
        offsets[partition] += 1
      }
      process(batch[...])
      left -= batch.count
      number += 1
      if number % 10 == 0 || left == 0 { publish(encodes: false) }
    }
  }

  // MARK: - Output

  /// Publishes what changed, into nothing.
  ///
  /// - Returns: how many updates that were.
  @discardableResult
  func publish(encodes: Bool) -> Int {
    let count = engine.ledger.publish(watermark: engine.watermark(now: 0)) { update in
      if encodes { encoder.encode(update) }
    }
    engine.confirm()
    return count
  }

  /// Encodes the state as for a snapshot, and returns how many bytes that are.
  @discardableResult
  func snapshot() -> Int { engine.ledger.encodeState().count }
}
