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

  /// The state of what is committed, with the offset at which each partition is to be read from.
  struct Start {
    let standby: Standby
    let offsets: [(TopicPartition, Int64)]
    /// The snapshot that the changes of the state can be told by; nil when there is none.
    var base: LoadedSnapshot?
  }

  /// A state with the snapshot that it was read from, if that can be its base.
  private typealias Restored = (ledger: Ledger, base: LoadedSnapshot?)

  func restore(_ partitions: [TopicPartition], log: some InputLog) throws -> Start {
    let sorted = partitions.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
    let known = try Self.known(sorted, log)
    let enginePartitions = zip(sorted, known).map { partition, known in
      EnginePartition(
        topicIndex: configuration.input.topics.firstIndex(of: partition.topic) ?? -1,
        partition: partition.partition, publishedUntil: known.committed?.offset ?? 0,
        begin: known.committed == nil ? known.first : known.committed?.begin)
    }
    let mark = RestoreDecision.latestMark(known.map(\.committed))
    let (ledger, base) =
      try newestFitting(sorted, enginePartitions, known) ?? (begin(sorted, enginePartitions, known), nil)
    if let mark { ledger.settle(watermark: mark.watermark) }
    let engine = try Engine(
      configuration: configuration, catalogue: catalogue, partitions: enginePartitions, restored: ledger)
    let standby = Standby(
      engine: engine, sequence: mark?.sequence ?? 0, committed: known.map { $0.committed?.offset })
    var start = Self.start(standby, known)
    start.base = base
    return start
  }

  /// The same for a state in memory; nil when the group has committed less than it reflects.
  func resume(_ standby: Standby, log: some InputLog) throws -> Start? {
    let partitions = standby.engine.slots.map(\.topicPartition)
    let known = try Self.known(partitions, log)
    guard standby.follow(known.map(\.committed)) else { return nil }
    if case .missing(let place, let needed, let first) = RestoreDecision.judge(
      state: standby.engine.ledger.tasks.map(\.position), known)
    {
      throw missing(partitions[place], needed: needed, first: first)
    }
    return Self.start(standby, known)
  }

  private static func known(
    _ partitions: [TopicPartition], _ log: some InputLog
  ) throws -> [RestoreDecision.Partition] {
    let committed = try log.committedOffsets(partitions)
    let first = try log.firstOffsets(of: partitions)
    return partitions.map { partition in
      guard let first = first[partition] else {
        preconditionFailure("What is asked about is found, or else an error is thrown.")
      }
      return RestoreDecision.Partition(committed: committed[partition], first: first)
    }
  }

  private static func start(_ standby: Standby, _ known: [RestoreDecision.Partition]) -> Start {
    Start(
      standby: standby,
      offsets: zip(standby.engine.slots, known).map { ($0.topicPartition, offset($0.task, first: $1.first)) })
  }

  /// One before the position, if there is such a record, for by it the engine knows the partition again.
  private static func offset(_ task: PartitionTask, first: Int64) -> Int64 {
    let isKnown = task.lastRecord != RecordFingerprint.none && task.position > first
    return isKnown ? task.position - 1 : task.position
  }

  // MARK: - Snapshots

  private func newestFitting(
    _ partitions: [TopicPartition], _ enginePartitions: [EnginePartition],
    _ known: [RestoreDecision.Partition]
  ) throws -> Restored? {
    var ahead: String?
    for name in try directory.files() {
      guard let restored = load(name, enginePartitions) else { continue }
      let ledger = restored.ledger
      switch RestoreDecision.judge(state: ledger.tasks.map(\.position), known) {
      case .resume:
        logger.notice(
          "restored a snapshot",
          metadata: [
            "file": "\(name)", "cells": "\(ledger.cellCount)", "rows": "\(ledger.rowCount)",
            "events": "\(ledger.books.read)",
          ])
        return restored
      case .ahead(let place):
        ahead = "\(name) of \(partitions[place])"
        logger.warning(
          "a snapshot is ahead of the committed offsets and is passed over",
          metadata: ["file": "\(name)", "partition": "\(partitions[place])"])
      case .missing(let place, let needed, let first):
        throw missing(partitions[place], needed: needed, first: first)
      }
    }
    if let ahead { throw reset(ahead) }
    return nil
  }

  /// Reads a snapshot of this group; nil when it is another group's, or damaged.
  private func load(_ name: String, _ partitions: [EnginePartition]) -> Restored? {
    do {
      let snapshot = try directory.load(name)
      guard snapshot.header.group == configuration.kafka.group else {
        logger.warning(
          "a snapshot of another group is passed over",
          metadata: ["file": "\(name)", "group": "\(snapshot.header.group)"])
        return nil
      }
      let ledger = Engine.emptyLedger(
        catalogue: catalogue, topics: configuration.input.topics, partitions)
      try ledger.decodeState(snapshot.state)
      if !ledger.leftOut.isEmpty {
        logger.warning(
          "the state holds partitions that are no input any more: what they counted is left out of the numbers from here on",
          metadata: ["file": "\(name)", "partitions": "\(ledger.leftOut.joined(separator: ","))"])
      }
      let isBase = ledger.adoptBase(snapshot.header.sequence, decodedFrom: snapshot.state)
      return (ledger, isBase ? snapshot : nil)
    } catch let fault as POSIXFault {
      logger.error(
        "a snapshot cannot be read; the one before it is tried",
        metadata: ["file": "\(name)", "reason": "\(fault)"])
      return nil
    } catch {
      logger.error(
        "a snapshot is damaged; it is set aside and the one before it is tried",
        metadata: ["file": "\(name)", "reason": "\(error)"])
      setAside(name)
      return nil
    }
  }

  private func setAside(_ name: String) {
    do {
      try directory.setAside(name)
    } catch {
      logger.error(
        "a damaged snapshot could not be set aside and is passed over", metadata: ["error": "\(error)"])
    }
  }

  // MARK: - Input

  private func begin(
    _ partitions: [TopicPartition], _ enginePartitions: [EnginePartition],
    _ known: [RestoreDecision.Partition]
  ) throws -> Ledger {
    let ledger = Engine.emptyLedger(
      catalogue: catalogue, topics: configuration.input.topics, enginePartitions)
    switch RestoreDecision.begin(known) {
    case .resume(let offsets):
      for (task, offset) in zip(ledger.tasks, offsets) { task.position = offset }
    case .missing(let place, let needed, let first):
      throw missing(partitions[place], needed: needed, first: first)
    case .ahead: preconditionFailure("Nothing is not ahead of anything.")
    }
    logger.notice(
      "no snapshot: the input is read from its beginning", metadata: ["partitions": "\(partitions.count)"])
    return ledger
  }

  private func missing(_ partition: TopicPartition, needed: Int64, first: Int64) -> ServiceFault {
    ServiceFault(
      .dataError,
      "input is missing: \(partition) begins at offset \(first), but the state needs it from \(needed)",
      remedy:
        "restore a newer snapshot into \(directory.path), or give kafka.group a new name and let the numbers "
        + "begin with what the topic still holds")
  }

  private func reset(_ snapshot: String) -> ServiceFault {
    ServiceFault(
      .dataError,
      "group \(configuration.kafka.group) has committed less than every snapshot reflects, such as \(snapshot): "
        + "its offsets were reset or have expired, or the topic was created anew",
      remedy:
        "set the group's offsets back to where they were, or remove the snapshots from \(directory.path) and let "
        + "everything that the topic holds be published again")
  }
}
