import Core
import Kafka
import Logging

@testable import Service

/// One life of the daemon: the loop around the same tenure, standby, restorer and snapshot directory, one thread, no
/// Kafka.
final class SimulatedProcess {
  enum End: Error {
    case crashed
    case stopped(CommitStop)
    case faulted(ServiceFault)
    /// It was told to stop and did so in order.
    case stoppedInOrder
  }

  let number: Int
  let log: SimulatedLog
  let port: SimulatedPort
  let disk: SimulatedDisk
  private let shared: SharedSetup
  private let directory: SnapshotDirectory
  private(set) var tenure: Tenure?
  private var standby: Standby?
  private var engine: Engine? { tenure?.engine ?? standby?.engine }
  /// How often it took over from another process with what it had in memory.
  private(set) var warmLeads = 0
  private var positions: [Int64] = []
  private var lastCommit: Int64 = 0
  private var restUntil: Int64 = 0
  /// Begun at a commit, not complete yet; with the whole state as it was then, of some.
  private var begun: (outline: SnapshotOutline, ledger: Ledger, state: [UInt8]?, positions: [Int64])?
  /// Complete, not written yet.
  private var snapshot: (draft: SnapshotDraft, positions: [Int64])?
  /// Numbers go on from those of the process before, and never back.
  private var series = SnapshotSeries(behind: 0)
  private var hasRestored = false
  /// Positions of the snapshots known to be durable, oldest first.
  private(set) var written: [[Int64]] = []
  private(set) var breaches: [String] = []
  private var chance: Chance

  private static let interval: Int64 = 200

  init(number: Int, _ log: SimulatedLog, _ shared: SharedSetup, _ disk: SimulatedDisk, seed: UInt64) {
    self.number = number
    self.log = log
    self.shared = shared
    self.disk = disk
    chance = Chance(seed: seed)
    port = SimulatedPort(log, shared, seed: seed &+ 1)
    directory = SnapshotDirectory(path: SharedSetup.directory, kept: 3, disk: disk)
  }

  /// Once through the loop: hear of the group, read, commit or follow, write a snapshot.
  func turn(now: Int64, reads: Int) throws(End) {
    if port.generation != log.generation, chance.happens(250) { try hearOfGroup(now) }
    if port.generation == log.generation, log.leader == number, tenure == nil { try lead(now) }
    if tenure == nil { try follow() }
    if let engine {
      read(atMost: reads, engine)
      hearOfEnds(engine)
    }
    if let tenure {
      if let offsets = tenure.engine.offsetsToReadAgain() { positions = offsets }
      if now - lastCommit >= Self.interval, now >= restUntil { try commit(now, tenure) }
    }
    if chance.happens(300) { proceed(bytes: Int(chance.next() % 3_000)) }
    if chance.happens(500) { try writeSnapshot() }
  }

  // MARK: - Group

  private func hearOfGroup(_ now: Int64) throws(End) {
    port.generation = log.generation
    guard let tenure else { return }
    if chance.happens(300) {
      // It was cut off, and whoever leads now may have taken over.
      if log.leader != number { throw .stopped(.superseded) }
    } else {
      switch try attempt(now, tenure) {
      case .nothing, .committed: standby = tenure.standby()
      case .postponed: break
      case .stopped(let reason): throw .stopped(reason)
      }
    }
    self.tenure = nil
  }

  private func lead(_ now: Int64) throws(End) {
    let wasAnothers = port.epoch != log.epoch
    port.claim()
    let kept = try resume()
    let start = if let kept { kept } else { try restore() }
    if kept != nil, wasAnothers { warmLeads += 1 }
    standby = nil
    tenure = start.standby.lead(log.isTransactional ? .exactlyOnce : .atLeastOnce)
    (lastCommit, restUntil) = (now, 0)
    begin(start)
  }

  /// Now and then, as a process does whose messages take their time; a rebalance breaks off what is being read.
  private func follow() throws(End) {
    guard chance.happens(standby?.isBehind == true ? 50 : 600) else { return }
    guard let standby else {
      guard log.committed.contains(where: { $0 != nil }) else { return }
      let start = try restore()
      standby = start.standby
      return begin(start)
    }
    if chance.happens(200) { take(standby.engine) }
    if !standby.follow(log.committed) { breaches.append("what is committed went back") }
    positions = standby.engine.slots.map(\.task.position)
  }

  private func begin(_ start: Restorer.Start) {
    positions = start.offsets.map(\.1)
    lookBack(start.standby.engine)
  }

  // MARK: - Restore

  private var restorer: Restorer {
    Restorer(
      configuration: shared.configuration, catalogue: shared.catalogue, directory: directory,
      logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
  }

  private func resume() throws(End) -> Restorer.Start? {
    guard let standby else { return nil }
    do {
      return try restorer.resume(standby, log: SimulatedInputLog(log: log))
    } catch let fault as ServiceFault {
      throw .faulted(fault)
    } catch {
      preconditionFailure("Going on throws faults only, not \(error).")
    }
  }

  private func restore() throws(End) -> Restorer.Start {
    // The service waits for the snapshot that is being written.
    try finishSnapshot()
    do {
      try directory.removeUnfinished()
      if !hasRestored { series = SnapshotSeries(behind: try directory.newestSequence()) }
      hasRestored = true
      let start = try restorer.restore(
        (0..<Int32(log.input.count)).map { TopicPartition(topic: SharedSetup.topic, partition: $0) },
        log: SimulatedInputLog(log: log))
      if let base = start.base { series.adopt(base) }
      return start
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

  private func read(atMost limit: Int, _ engine: Engine) {
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
    if !batch.isEmpty { SimulatedBatch.lend(batch) { engine.process($0) } }
  }

  private func hearOfEnds(_ engine: Engine) {
    for partition in positions.indices
    where positions[partition] == log.end(of: partition) && chance.happens(700) {
      let until = engine.hearOfEnd(
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
      if chance.happens(300) { take(tenure.engine) }
    case .postponed(let millis): restUntil = now + millis
    case .stopped(let reason): throw .stopped(reason)
    }
  }

  private func take(_ engine: Engine) {
    guard !engine.isReplaying, begun == nil, snapshot == nil else { return }
    let ledger = engine.ledger
    let outline = series.begin(
      ledger, createdMillis: 0, group: shared.configuration.kafka.group, build: "simulation")
    // Of some, because it takes its time.
    let state = outline.header.sequence.isMultiple(of: 3) ? ledger.encodeState() : nil
    begun = (outline, ledger, state, ledger.tasks.map(\.position))
  }

  /// Copies some more of the state that is being encoded.
  private func proceed(bytes: Int) {
    guard let begun, let draft = begun.outline.proceed(begun.ledger, bytes: bytes) else { return }
    self.begun = nil
    snapshot = (draft, begun.positions)
    guard let state = begun.state else { return }
    var earlier: [UInt8] = []
    if let base = draft.source {
      // What it is told by is in the file that the changes will be applied to.
      let name = try? directory.files().first { SnapshotName($0)?.sequence == base.sequence }
      guard let name, let loaded = try? directory.load(name) else { return }
      earlier = loaded.state
    }
    if draft.changes.applied(to: earlier) != state {
      breaches.append("a snapshot does not make the state as it was when it was begun")
    }
  }

  private func finishSnapshot() throws(End) {
    proceed(bytes: .max)
    try writeSnapshot()
  }

  private func writeSnapshot() throws(End) {
    guard let snapshot else { return }
    let (draft, header) = (snapshot.draft, snapshot.draft.header)
    self.snapshot = nil
    do {
      let file = try directory.write(draft)
      series.note(draft, file)
      written.append(snapshot.positions)
      let name = SnapshotName(sequence: header.sequence, base: header.base?.sequence)
      if !disk.isDurable("\(SharedSetup.directory)/\(name)") {
        breaches.append("a snapshot that was written is not durable")
      }
    } catch {
      // Processing goes on with the one before it.
      series.note(draft, nil)
      if disk.isDown { throw .crashed }
    }
  }

  /// The end in order: last commit, snapshot.
  func stop(now: Int64) throws(End) {
    guard let tenure, !tenure.engine.isReplaying else { throw .stoppedInOrder }
    for _ in 0..<3 {
      switch try attempt(now, tenure) {
      case .nothing, .committed:
        try finishSnapshot()
        take(tenure.engine)
        try finishSnapshot()
        throw .stoppedInOrder
      case .postponed: break
      case .stopped(let reason): throw .stopped(reason)
      }
    }
    throw .stopped(.toldToStop)
  }
}
