import Core
import Kafka
import Logging

@testable import Service

/// One life of the daemon: the loop around the same tenure, restorer and snapshot directory, one thread, no Kafka.
final class SimulatedProcess {
  enum End: Error {
    case crashed
    case stopped(CommitStop)
    case faulted(ServiceFault)
    /// It was told to stop and did so in order.
    case stoppedInOrder
  }

  let log: SimulatedLog
  let port: SimulatedPort
  let disk: SimulatedDisk
  private let shared: SharedSetup
  private let directory: SnapshotDirectory
  private(set) var tenure: Tenure?
  private var positions: [Int64] = []
  private var lastCommit: Int64 = 0
  private var restUntil: Int64 = 0
  /// Taken at a commit, not written yet.
  private var snapshot: (file: SnapshotFile, positions: [Int64])?
  /// Positions of the snapshots known to be durable, oldest first.
  private(set) var written: [[Int64]] = []
  private(set) var breaches: [String] = []
  private var chance: Chance

  private static let interval: Int64 = 200

  init(_ log: SimulatedLog, _ shared: SharedSetup, _ disk: SimulatedDisk, seed: UInt64) {
    self.log = log
    self.shared = shared
    self.disk = disk
    chance = Chance(seed: seed)
    port = SimulatedPort(log, shared, seed: seed &+ 1)
    directory = SnapshotDirectory(path: SharedSetup.directory, kept: 3, disk: disk)
  }

  /// Once through the loop: hear of the group, read, commit, write a snapshot.
  func turn(now: Int64, reads: Int) throws(End) {
    if port.generation != log.generation, chance.happens(500) {
      if log.isTransactional, port.epoch != log.epoch { throw .stopped(.fenced) }
      // Another member came and went, and the partitions with it.
      tenure = nil
      port.generation = log.generation
    }
    if tenure == nil { try restore(now) }
    guard let tenure else { return }
    read(atMost: reads, tenure)
    hearOfEnds(tenure)
    if let offsets = tenure.engine.offsetsToReadAgain() { positions = offsets }
    if now - lastCommit >= Self.interval, now >= restUntil { try commit(now, tenure) }
    if chance.happens(500) { try writeSnapshot() }
  }

  private func restore(_ now: Int64) throws(End) {
    do {
      try directory.removeUnfinished()
      let restorer = Restorer(
        configuration: shared.configuration, catalogue: shared.catalogue, directory: directory,
        logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
      let start = try restorer.restore(
        (0..<Int32(log.input.count)).map { TopicPartition(topic: SharedSetup.topic, partition: $0) },
        log: SimulatedInputLog(log: log))
      positions = start.offsets.map(\.1)
      tenure = Tenure(
        engine: start.engine, sequence: start.sequence,
        delivery: log.isTransactional ? .exactlyOnce : .atLeastOnce)
      (lastCommit, restUntil) = (now, 0)
      lookBack(start.engine)
    } catch let fault as ServiceFault {
      throw disk.isDown ? .crashed : .faulted(fault)
    } catch {
      preconditionFailure("Restoring throws faults only, not \(error).")
    }
  }

  // MARK: - Input

  /// The records that the state reflects already and is known again by.
  private func lookBack(_ engine: Engine) {
    for partition in positions.indices where positions[partition] < engine.slots[partition].task.position {
      let offset = positions[partition]
      if offset < log.first[partition] {
        breaches.append("looked back at deleted input of partition \(partition)")
      }
      SimulatedBatch.lend([(partition, offset, log.input[partition][Int(offset)])]) { engine.process($0) }
      positions[partition] += 1
    }
    if let slot = engine.replaced {
      breaches.append("partition \(slot.task.partition) was taken for another")
    }
  }

  private func read(atMost limit: Int, _ tenure: Tenure) {
    var batch: [(partition: Int, offset: Int64, record: SimulatedRecord)] = []
    while batch.count < limit {
      let waiting = positions.indices.filter { positions[$0] < log.end(of: $0) }
      if waiting.isEmpty { break }
      let partition = chance.pick(waiting)
      let offset = positions[partition]
      if offset < log.first[partition] { breaches.append("read deleted input of partition \(partition)") }
      batch.append((partition, offset, log.input[partition][Int(offset)]))
      positions[partition] += 1
    }
    if !batch.isEmpty { SimulatedBatch.lend(batch) { tenure.engine.process($0) } }
  }

  private func hearOfEnds(_ tenure: Tenure) {
    for partition in positions.indices
    where positions[partition] == log.end(of: partition) && chance.happens(700) {
      let until = tenure.reachedEnd(
        topicIndex: 0, partition: Int32(partition), offset: log.end(of: partition))
      if let until { breaches.append("partition \(partition) should reach \(until)") }
    }
  }

  // MARK: - Commit

  private func attempt(_ now: Int64, _ tenure: Tenure) throws(End) -> Tenure.Outcome {
    do throws(SimulatedPort.Crash) {
      return try tenure.commit(now: now, port)
    } catch {
      throw .crashed
    }
  }

  private func commit(_ now: Int64, _ tenure: Tenure) throws(End) {
    switch try attempt(now, tenure) {
    case .nothing, .committed:
      lastCommit = now
      if snapshot == nil, chance.happens(300) { take(tenure) }
    case .postponed(let millis): restUntil = now + millis
    case .stopped(let reason): throw .stopped(reason)
    }
  }

  private func take(_ tenure: Tenure) {
    guard !tenure.engine.isReplaying else { return }
    let ledger = tenure.engine.ledger
    snapshot = (
      SnapshotFile(
        sequence: 0, createdMillis: 0, group: shared.configuration.kafka.group, build: "simulation",
        state: ledger.encodeState()), ledger.tasks.map(\.position)
    )
  }

  private func writeSnapshot() throws(End) {
    guard let snapshot else { return }
    var file = snapshot.file
    self.snapshot = nil
    do {
      let newest = try directory.files().first ?? ""
      file.sequence = (UInt64(newest.dropFirst("snapshot-".count).dropLast(".nadi".count)) ?? 0) + 1
      try directory.write(file)
      written.append(snapshot.positions)
      let path = "\(SharedSetup.directory)/\(SnapshotDirectory.name(sequence: file.sequence))"
      if !disk.isDurable(path) { breaches.append("a snapshot that was written is not durable") }
    } catch {
      // Processing goes on with the one before it.
      if disk.isDown { throw .crashed }
    }
  }

  /// The end in order: last commit, snapshot.
  func stop(now: Int64) throws(End) {
    guard let tenure, !tenure.engine.isReplaying else { throw .stoppedInOrder }
    for _ in 0..<3 {
      switch try attempt(now, tenure) {
      case .nothing, .committed:
        take(tenure)
        try writeSnapshot()
        throw .stoppedInOrder
      case .postponed: break
      case .stopped(let reason): throw .stopped(reason)
      }
    }
    throw .stopped(.toldToStop)
  }
}
