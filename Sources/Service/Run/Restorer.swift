import Catalogue
import Core
import Kafka
import Logging

/// Finds where to begin: the newest snapshot that fits the committed offsets, or the beginning of the input.
struct Restorer {
  let configuration: Configuration
  let catalogue: Core.Catalogue
  let directory: SnapshotDirectory
  let logger: Logger

  /// An engine with the offset at which each partition is to be read from.
  struct Start {
    let engine: Engine
    let offsets: [(TopicPartition, Int64)]
    /// The publication to continue from.
    let sequence: UInt64
  }

  private static let timeoutMillis: Int32 = 60_000

  func restore(_ partitions: [TopicPartition], consumer: KafkaConsumer) throws -> Start {
    let committed = try KafkaRetry.run(logger, "read committed offsets", attempts: 30) {
      try consumer.committed(partitions, timeoutMillis: Self.timeoutMillis)
    }
    let mark = committed.values.compactMap { CommitMark($0.metadata) }.max { $0.sequence < $1.sequence }
    let sorted = partitions.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
    let enginePartitions = sorted.map { partition in
      EnginePartition(
        topicIndex: configuration.input.topics.firstIndex(of: partition.topic) ?? -1,
        partition: partition.partition, publishedUntil: committed[partition]?.offset ?? 0)
    }
    if let ledger = newestFitting(enginePartitions, committed) {
      try checkInput(sorted, ledger, consumer)
      ledger.settle(watermark: mark?.watermark ?? .min)
      return try start(sorted, enginePartitions, ledger, mark)
    }
    return try begin(sorted, enginePartitions, committed, mark, consumer)
  }

  private func start(
    _ partitions: [TopicPartition], _ enginePartitions: [EnginePartition], _ ledger: Ledger,
    _ mark: CommitMark?
  ) throws -> Start {
    let engine = try Engine(
      configuration: configuration, catalogue: catalogue, partitions: enginePartitions, restored: ledger)
    let offsets = zip(partitions, ledger.tasks).map { ($0, $1.position) }
    return Start(engine: engine, offsets: offsets, sequence: mark?.sequence ?? 0)
  }

  // MARK: - Snapshots

  private func newestFitting(
    _ partitions: [EnginePartition], _ committed: [TopicPartition: (offset: Int64, metadata: String)]
  ) -> Ledger? {
    for name in directory.files() {
      do {
        let file = try directory.read(name)
        guard file.group == configuration.kafka.group else {
          logger.warning(
            "a snapshot of another group is passed over",
            metadata: ["file": "\(name)", "group": "\(file.group)"])
          continue
        }
        let ledger = Engine.emptyLedger(
          catalogue: catalogue, topics: configuration.input.topics, partitions)
        try ledger.decodeState(file.state)
        if let ahead = ahead(ledger, committed) {
          logger.warning(
            "a snapshot is ahead of the committed offsets and is passed over",
            metadata: ["file": "\(name)", "partition": "\(ahead)"])
          continue
        }
        logger.notice(
          "restored a snapshot",
          metadata: [
            "file": "\(name)", "cells": "\(ledger.cellCount)", "rows": "\(ledger.rowCount)",
            "events": "\(ledger.books.read)",
          ])
        return ledger
      } catch {
        logger.error(
          "a snapshot is damaged; it is set aside and the one before it is tried",
          metadata: ["file": "\(name)", "reason": "\(error)"])
        directory.setAside(name)
      }
    }
    return nil
  }

  private func ahead(
    _ ledger: Ledger, _ committed: [TopicPartition: (offset: Int64, metadata: String)]
  ) -> TopicPartition? {
    for task in ledger.tasks where task.position > 0 {
      let partition = TopicPartition(topic: task.topic, partition: task.partition)
      if task.position > committed[partition]?.offset ?? 0 { return partition }
    }
    return nil
  }

  // MARK: - Input

  /// Refuses to go on when input that is still needed has been deleted.
  private func checkInput(_ partitions: [TopicPartition], _ ledger: Ledger, _ consumer: KafkaConsumer) throws
  {
    for (partition, task) in zip(partitions, ledger.tasks) {
      let low = try low(partition, consumer)
      if task.position < low { throw missing(partition, needed: task.position, low: low) }
    }
  }

  private func low(_ partition: TopicPartition, _ consumer: KafkaConsumer) throws -> Int64 {
    try KafkaRetry.run(logger, "look up the first offset of \(partition)", attempts: 10) {
      try consumer.watermarks(partition, timeoutMillis: Self.timeoutMillis).low
    }
  }

  private func missing(_ partition: TopicPartition, needed: Int64, low: Int64) -> ServiceFault {
    ServiceFault(
      .dataError,
      "input is missing: \(partition) begins at offset \(low), but the state needs it from \(needed)",
      remedy:
        "restore a newer snapshot into \(directory.path), or give kafka.group a new name and let the numbers "
        + "begin with what the topic still holds")
  }

  private func begin(
    _ partitions: [TopicPartition], _ enginePartitions: [EnginePartition],
    _ committed: [TopicPartition: (offset: Int64, metadata: String)], _ mark: CommitMark?,
    _ consumer: KafkaConsumer
  ) throws -> Start {
    let ledger = Engine.emptyLedger(
      catalogue: catalogue, topics: configuration.input.topics, enginePartitions)
    for (partition, task) in zip(partitions, ledger.tasks) {
      task.position = try low(partition, consumer)
      if committed[partition] != nil, task.position > 0 {
        throw missing(partition, needed: 0, low: task.position)
      }
    }
    if let mark { ledger.settle(watermark: mark.watermark) }
    logger.notice(
      "no snapshot: the input is read from its beginning", metadata: ["partitions": "\(partitions.count)"])
    return try start(partitions, enginePartitions, ledger, mark)
  }
}
