import Core
import Kafka
import Service

@testable import Service

/// Brokers in memory: input with retention, a group, transactions with fencing, and what `read_committed` shows.
final class SimulatedLog {
  /// One update as a reader sees it.
  struct Published: Equatable {
    var key: String
    var value: PublishedNumber
    var state: WindowState
    var revision: UInt64
    var isTombstone: Bool
  }

  /// The place of a record that was set aside.
  struct Letter: Hashable {
    var partition: Int32
    var offset: Int64
  }

  struct Transaction {
    let epoch: Int
    var updates: [Published] = []
    var letters: [Letter] = []
    var offsets: [CommittedOffset]?
    var mustAbort = false
  }

  private(set) var input: [[SimulatedRecord]]
  /// By partition, the offset of the first record that was not deleted.
  private(set) var first: [Int64]
  private(set) var committed: [CommittedOffset?]
  /// Whether texts beside offsets are kept.
  let keepsMarks: Bool
  let isTransactional: Bool
  /// Rises with every producer that claims the transactional identifier.
  private(set) var epoch = 0
  /// Rises with every change of the group's members.
  private(set) var generation = 0
  /// The member that the first partition is assigned to.
  private(set) var leader = 0
  private(set) var transaction: Transaction?
  /// The end of the transaction was asked for and comes late.
  private(set) var isEndUnderWay = false
  private(set) var last: [String: Published] = [:]
  private(set) var letters: [Letter: Int] = [:]
  private(set) var updateCount = 0
  /// Promises broken, in words.
  private(set) var breaches: [String] = []

  /// - Parameter begin: where every partition begins; what was before is gone.
  init(partitions: Int, begin: Int, isTransactional: Bool, keepsMarks: Bool) {
    let event = SalesEvent.malformed
    let gone = SimulatedRecord(event: event, bytes: event.bytes, timestampMillis: Stamp.start)
    input = Array(repeating: Array(repeating: gone, count: begin), count: partitions)
    first = Array(repeating: Int64(begin), count: partitions)
    committed = Array(repeating: nil, count: partitions)
    self.isTransactional = isTransactional
    self.keepsMarks = keepsMarks
  }

  // MARK: - Input

  func append(_ record: SimulatedRecord, to partition: Int) { input[partition].append(record) }

  func end(of partition: Int) -> Int64 { Int64(input[partition].count) }

  /// Deletes records before an offset.
  func delete(before offset: Int64, of partition: Int) { first[partition] = max(first[partition], offset) }

  // MARK: - Group

  /// The group assigns its partitions anew, the first of them to this member.
  func rebalance(leader: Int) {
    generation += 1
    self.leader = leader
  }

  // MARK: - Transactions

  /// A producer claims the transactional identifier: what is open ends, and whoever had it before is fenced.
  func claim() -> Int {
    carryOutEnd(evenIf: false)
    transaction = nil
    epoch += 1
    return epoch
  }

  /// A delayed end arrives, if its producer is still known.
  func carryOutEnd(evenIf arrives: Bool) {
    guard isEndUnderWay else { return }
    isEndUnderWay = false
    if arrives { end() }
  }

  func begin(epoch: Int) {
    if transaction != nil { breaches.append("a transaction was begun in another") }
    transaction = Transaction(epoch: epoch)
  }

  func add(_ update: Published) {
    if isTransactional { transaction?.updates.append(update) } else { show(update) }
  }

  func add(_ letter: Letter) {
    if isTransactional { transaction?.letters.append(letter) } else { letters[letter, default: 0] += 1 }
  }

  func setOffsets(_ offsets: [CommittedOffset]) { transaction?.offsets = offsets }
  func markAborted() { transaction?.mustAbort = true }
  func abort() { transaction = nil }
  func delayEnd() { isEndUnderWay = true }

  /// Ends the transaction: everything in it is seen at once.
  func end() {
    guard let ended = transaction else { return }
    transaction = nil
    for update in ended.updates { show(update) }
    for letter in ended.letters { letters[letter, default: 0] += 1 }
    guard let offsets = ended.offsets else {
      breaches.append("a transaction was committed without offsets")
      return
    }
    store(offsets)
  }

  func store(_ offsets: [CommittedOffset]) {
    for (partition, offset) in offsets.enumerated() {
      if offset.offset < committed[partition]?.offset ?? 0 {
        breaches.append(
          "partition \(partition) went back from \(committed[partition]?.offset ?? 0) to \(offset.offset)")
      }
      if offset.offset > end(of: partition) {
        breaches.append("partition \(partition) was committed beyond its end")
      }
      committed[partition] = CommittedOffset(
        offset: offset.offset, mark: keepsMarks ? offset.mark : nil, begin: keepsMarks ? offset.begin : nil)
    }
  }

  private func show(_ update: Published) {
    updateCount += 1
    if isTransactional, let before = last[update.key], !update.isTombstone {
      // Without marks a restart does not know which states of windows were published, and may repeat them.
      let isRepeat = update.revision == before.revision && update.value == before.value
      if update.revision < before.revision || update.revision == before.revision && (keepsMarks || !isRepeat)
      {
        breaches.append("\(update.key) went from \(before) to \(update)")
      }
    }
    last[update.key] = update
  }
}

/// What a restart asks of the simulated brokers.
struct SimulatedInputLog: InputLog {
  let log: SimulatedLog

  func committedOffsets(_ partitions: [TopicPartition]) -> [TopicPartition: CommittedOffset] {
    var found: [TopicPartition: CommittedOffset] = [:]
    for partition in partitions { found[partition] = log.committed[Int(partition.partition)] }
    return found
  }

  func firstOffsets(of partitions: [TopicPartition]) -> [TopicPartition: Int64] {
    Dictionary(uniqueKeysWithValues: partitions.map { ($0, log.first[Int($0.partition)]) })
  }
}
