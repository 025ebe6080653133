import Kafka
import Service

/// A record of a consumer that was given its partitions, all of one topic, without subscribing to it.
struct OnlyTopicRecord: SourceRecord {
  private let record: KafkaRecord

  init(_ record: KafkaRecord) { self.record = record }

  var topicIndex: Int { 0 }
  var partition: Int32 { record.partition }
  var offset: Int64 { record.offset }
  var timestampMillis: Int64 { record.timestampMillis }
  var key: UnsafeRawBufferPointer { record.key }
  var value: UnsafeRawBufferPointer { record.value }
  var isTombstone: Bool { record.isTombstone }
  func header(_ name: String) -> UnsafeRawBufferPointer? { record.header(name) }
  func forEachHeader(_ body: (UnsafePointer<CChar>, UnsafeRawBufferPointer?) -> Void) {
    record.forEachHeader(body)
  }
}
