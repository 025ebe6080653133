@testable import Core

/// A ledger over random events, and everything it handed over.
final class LawRun {
  struct Entry: Equatable {
    var value: PublishedNumber
    var state: WindowState
    var revision: UInt64
    var lateCount: Int64
    var isTombstone: Bool
  }

  let catalogue: Catalogue
  private(set) var ledger: Ledger
  private let feeder: SampleFeeder
  /// The last update of every number.
  private(set) var latest: [LawKey: Entry] = [:]
  /// What should not have been handed over, in words.
  private(set) var faults: [String] = []
  private let isEveryUpdateAChange: Bool
  /// The last session of each start, which is what its key on the topic has of it; the end of these keys is 0.
  private var sessions: [LawKey: LawKey] = [:]
  private let multisets: Set<String> = ["reps", "longest"]

  /// - Parameter isEveryUpdateAChange: whether an update in the same state must say something new.
  init(_ catalogue: Catalogue, partitions: Int, isEveryUpdateAChange: Bool = false) {
    self.catalogue = catalogue
    self.isEveryUpdateAChange = isEveryUpdateAChange
    ledger = Self.ledger(catalogue, partitions)
    feeder = SampleFeeder(catalogue)
  }

  private static func ledger(_ catalogue: Catalogue, _ partitions: Int) -> Ledger {
    Ledger(
      catalogue: catalogue,
      tasks: (0..<partitions).map {
        PartitionTask(catalogue: catalogue, topic: "events", partition: Int32($0))
      })
  }

  func feed(_ event: LawEvent) { feeder.feed(event.sample, to: ledger.tasks[event.partition]) }

  func flush() { for task in ledger.tasks { task.flush() } }

  /// Goes on with what a snapshot holds.
  func restart() throws {
    let restored = Self.ledger(catalogue, ledger.tasks.count)
    try restored.decodeState(ledger.encodeState())
    restored.settle(watermark: ledger.watermark)
    for (old, new) in zip(ledger.tasks, restored.tasks) { new.isAtEnd = old.isAtEnd }
    ledger = restored
  }

  func reachEnds() { for task in ledger.tasks { task.isAtEnd = true } }

  func publish(now: Int64 = 0) {
    var handed: Set<LawKey> = []
    ledger.publish(watermark: ledger.watermark(now: now)) { update in
      let key = self.key(update)
      let entry = Entry(
        value: update.value, state: update.state, revision: update.revision, lateCount: update.lateCount,
        isTombstone: update.isTombstone)
      if !handed.insert(key).inserted { faults.append("\(key) twice in one publication") }
      if catalogue.windows[update.window].calendar.kind.isSession {
        replaceSession(key, entry)
      } else if let known = latest[key], !entry.isTombstone {
        check(key, known, entry)
      }
      latest[key] = entry.isTombstone ? nil : entry
    }
    ledger.confirm()
  }

  private func replaceSession(_ key: LawKey, _ entry: Entry) {
    var topicKey = key
    topicKey.end = 0
    if let known = sessions[topicKey], let last = latest[known] {
      let isRepeated = !isEveryUpdateAChange && entry == last
      if !entry.isTombstone, !isRepeated, entry.revision <= last.revision {
        faults.append("\(key): revision \(last.revision), then \(entry.revision)")
      }
      latest[known] = nil
    } else if entry.isTombstone {
      faults.append("\(key) is withdrawn and was not there")
    }
    sessions[topicKey] = entry.isTombstone ? nil : key
  }

  private func check(_ key: LawKey, _ known: Entry, _ entry: Entry) {
    // What waited for an interval before a restart is not known, so a number may be handed over once more.
    if !isEveryUpdateAChange, entry == known { return }
    if entry.revision <= known.revision {
      faults.append("\(key): revision \(known.revision), then \(entry.revision)")
    }
    if entry.state.rawValue < known.state.rawValue {
      faults.append("\(key): \(known.state), then \(entry.state)")
    }
    if isEveryUpdateAChange, entry.state == known.state, entry.value == known.value,
      entry.lateCount == known.lateCount, !multisets.contains(key.metric)
    {
      faults.append("\(key): \(entry.state) \(entry.value.millionths) again")
    }
  }

  private func key(_ update: Update) -> LawKey {
    LawKey(
      metric: catalogue.metrics[update.metric].name, scope: catalogue.scopes[update.scope].name,
      id: SampleRun.text(update.firstId), currency: SampleRun.text(update.currency),
      window: catalogue.windows[update.window].name, start: update.start, end: update.end)
  }
}
