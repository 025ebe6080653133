import Core
import Formats
import Kafka

/// Decodes, admits and combines the records of its own partitions; one thread uses it at a time.
final class Worker {
  private let decoder: Decoder
  private let catalogue: Catalogue
  private let topics: [String]
  /// What it set aside since the last publication.
  private(set) var deadLetters: [DeadLetter] = []
  private(set) var deadLetterBytes = 0
  /// Tasks that took records in the batch at hand.
  private var touched: [TaskSlot] = []

  init(catalogue: Catalogue, topics: [String], decoder: Decoder) {
    self.catalogue = catalogue
    self.topics = topics
    self.decoder = decoder
  }

  /// Takes those records of a batch whose task is this worker's, then applies what they contributed.
  ///
  /// - Parameters:
  ///   - holdsBack: passes over the records that nobody is known to have published.
  ///   - slot: the task of a record, or nil when it belongs to another worker or to nobody.
  func process<Record: SourceRecord>(
    _ batch: UnsafeBufferPointer<Record>, holdsBack: Bool, slot: (Record) -> TaskSlot?
  ) {
    touched.removeAll(keepingCapacity: true)
    var start = 0
    while start < batch.count {
      // Records of one partition mostly come one after the other.
      let end = batch[start...].firstIndex { !$0.isOfSamePartition(as: batch[start]) } ?? batch.count
      if let slot = slot(batch[start]) { process(batch, start..<end, holdsBack: holdsBack, slot) }
      start = end
    }
    for slot in touched {
      slot.task.lastRecord = batch[slot.lastPlace].fingerprint
      slot.task.endBatch()
    }
  }

  /// Takes the records of one partition in a part of a batch.
  private func process<Record: SourceRecord>(
    _ batch: UnsafeBufferPointer<Record>, _ range: Range<Int>, holdsBack: Bool, _ slot: TaskSlot
  ) {
    let task = slot.task
    slot.isHeardFrom = true
    var last: Int?
    for place in range {
      let record = batch[place]
      // A record seen before: the consumer went back to an earlier offset.
      if record.offset < task.position || slot.isBehind {
        slot.compare(record)
        continue
      }
      if holdsBack, record.offset >= slot.silentUntil {
        slot.hasPassedOver = true
        task.isAtEnd = false
        continue
      }
      take(record, task)
      task.position = record.offset + 1
      task.isAtEnd = false
      last = place
    }
    guard let last else { return }
    slot.lastPlace = last
    if !touched.contains(where: { $0 === slot }) { touched.append(slot) }
  }

  private func take<Record: SourceRecord>(_ record: Record, _ task: PartitionTask) {
    let timestamp = record.timestampMillis
    let count = decoder.decode(
      record.input, headers: { record.header($0) },
      accept: { event in
        switch task.accept(event, recordTimestamp: timestamp) {
        case .counted, .duplicate, .filtered: break
        case .late(let window, let lateMillis):
          setAside(record, task, .late(window: catalogue.windows[window].name, lateMillis: lateMillis))
        case .rejected(let reason, let field):
          setAside(
            record, task, .rejected(reason: reason.rawValue, detail: detail(event, reason, field, timestamp)))
        }
      },
      reject: { fault in
        task.reject(fault.reason)
        setAside(record, task, .rejected(reason: fault.reason.rawValue, detail: fault.detail))
      })
    if count == 0 { task.skip() }
  }

  private func detail(_ event: DecodedEvent, _ reason: RejectReason, _ field: Int, _ timestamp: Int64)
    -> String
  {
    let entity = catalogue.entities[event.entity]
    if field >= 0 {
      let name = entity.fields[field].name
      return reason == .missingField
        ? "/data/\(name): \(entity.name) needs it" : "/data/\(name): outside the range of its scale"
    }
    switch reason {
    case .fromTheFuture:
      return "/occurredAt: \(event.occurredAt - timestamp) ms ahead of the record's timestamp"
    case .impossibleTime: return "/occurredAt: outside 1970 to 2200"
    case .missingField: return "/entityId: \(entity.name) needs it for this operation"
    default: return reason.rawValue
    }
  }

  private func setAside<Record: SourceRecord>(
    _ record: Record, _ task: PartitionTask, _ kind: DeadLetter.Kind
  ) {
    // What happened before the committed offset has been produced by an earlier run.
    guard task.marksDirty else { return }
    let letter = record.deadLetter(kind, topic: topics[record.topicIndex])
    deadLetterBytes += letter.byteCount
    deadLetters.append(letter)
  }

  func forgetDeadLetters() {
    deadLetters.removeAll()
    deadLetterBytes = 0
  }
}

/// A task with what the service knows of its partition.
final class TaskSlot {
  let task: PartitionTask
  /// Records before this offset were published by another process, or an earlier one, and are replayed in silence.
  private(set) var silentUntil: Int64
  /// Where the group began to read the partition; nil if that is not known.
  var begin: Int64?
  /// The partition was read to its end during the replay.
  var hasEnded = false
  /// The batch at hand has records that are only taken when all partitions have been replayed.
  var hasPassedOver = false
  /// Records were passed over, and have to be read again before any that follow.
  var isBehind = false
  /// A record came since it was assigned.
  var isHeardFrom = false
  /// In the batch at hand, the place of the last record that was taken.
  var lastPlace = 0
  /// What the state it began with knows of the record before its position; nil when it knows nothing.
  private let known: (offset: Int64, fingerprint: UInt64)?
  /// Another record was found in that place, so the partition is not the one that the state was made from.
  private(set) var isReplaced = false

  init(task: PartitionTask, silentUntil: Int64, begin: Int64?) {
    self.task = task
    self.silentUntil = silentUntil
    self.begin = begin
    known = task.lastRecord == RecordFingerprint.none ? nil : (task.position - 1, task.lastRecord)
    if task.position < silentUntil { task.beginSilence() }
  }

  var topicPartition: TopicPartition { TopicPartition(topic: task.topic, partition: task.partition) }

  /// Records before an offset were published meanwhile. The partition is to be read from its position, so that what was
  /// heard of it before is of no interest.
  func follow(until offset: Int64) {
    silentUntil = max(silentUntil, offset)
    isHeardFrom = false
    hasEnded = false
    hasPassedOver = false
    isBehind = false
    task.isAtEnd = false
    if task.position < silentUntil { task.beginSilence() }
  }

  /// Goes on behind offsets that hold no record for anybody, such as those of transactions' ends.
  ///
  /// When retention has removed what is before them, the position must not be there any more. An end that is told before
  /// any record may be that of an earlier assignment.
  func skip(to offset: Int64) {
    guard offset > task.position, isHeardFrom, !isBehind else { return }
    task.position = offset
    task.lastRecord = RecordFingerprint.none
  }

  /// Looks at a record that the state reflects already.
  func compare(_ record: some SourceRecord) {
    guard let known, record.offset == known.offset else { return }
    if record.fingerprint != known.fingerprint { isReplaced = true }
  }

  /// Whether everything that an earlier run published has been replayed.
  var isReplayed: Bool {
    task.marksDirty || task.position >= silentUntil || hasEnded || hasPassedOver || isBehind
  }
}
