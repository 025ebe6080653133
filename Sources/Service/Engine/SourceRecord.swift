import Core
import Formats

/// One record on its way into the engine, from whichever source.
///
/// The bytes are only read during the call that takes it.
public protocol SourceRecord {
  /// Position in the engine's list of topics.
  var topicIndex: Int { get }
  var partition: Int32 { get }
  var offset: Int64 { get }
  /// Milliseconds since the Unix epoch, or -1.
  var timestampMillis: Int64 { get }
  /// A nil base address means no key.
  var key: UnsafeRawBufferPointer { get }
  var value: UnsafeRawBufferPointer { get }
  var isTombstone: Bool { get }
  /// The last header of that name, or nil.
  func header(_ name: String) -> UnsafeRawBufferPointer?
  func forEachHeader(_ body: (UnsafePointer<CChar>, UnsafeRawBufferPointer?) -> Void)
}

extension SourceRecord {
  /// The record as the decoder takes it.
  var input: RecordInput {
    RecordInput(
      topic: topicIndex, timestampMillis: timestampMillis, key: key, value: value, isTombstone: isTombstone)
  }

  func isOfSamePartition(as other: Self) -> Bool {
    partition == other.partition && topicIndex == other.topicIndex
  }

  /// By which the record is told from another one at its offset.
  var fingerprint: UInt64 { RecordFingerprint.of(key: key, value: value) }

  /// A copy of everything a dead letter needs, cut to what brokers take: key first, then headers, then the value.
  func deadLetter(_ kind: DeadLetter.Kind, topic: String) -> DeadLetter {
    var room = DeadLetter.bytesMax
    var cut = 0
    func copy(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
      let part = bytes.prefix(room)
      room -= part.count
      cut += bytes.count - part.count
      return Array(part)
    }
    let keyBytes = key.baseAddress == nil ? nil : copy(key)
    var headers: [(name: String, value: [UInt8]?)] = []
    forEachHeader { name, value in
      let text = String(cString: name)
      guard text.utf8.count <= room else {
        cut += text.utf8.count + (value?.count ?? 0)
        return
      }
      room -= text.utf8.count
      headers.append((text, value.map { copy($0) }))
    }
    let valueBytes = isTombstone ? nil : copy(value)
    return DeadLetter(
      kind: kind, topic: topic, partition: partition, offset: offset, timestampMillis: timestampMillis,
      key: keyBytes, value: valueBytes, headers: headers, cutByteCount: cut)
  }
}
