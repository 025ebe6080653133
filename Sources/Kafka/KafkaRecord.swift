internal import CRdKafka

/// One record as it lies in librdkafka's buffers, valid only inside the closure it is handed to.
public struct KafkaRecord {
  /// Position in the list of subscribed topics, -1 if the topic is none of them.
  public let topicIndex: Int
  /// The partition's number, from 0.
  public let partition: Int32
  /// The record's offset in its partition.
  public let offset: Int64
  /// The record's timestamp in milliseconds since 1970, -1 if it has none.
  public let timestampMillis: Int64
  /// The key; its base address is nil if the record has none.
  public let key: UnsafeRawBufferPointer
  /// The value; empty for a tombstone.
  public let value: UnsafeRawBufferPointer
  /// The record has no value, which is not the same as an empty one.
  public let isTombstone: Bool
  private let message: UnsafeMutablePointer<rd_kafka_message_t>

  init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, topicIndex: Int) {
    self.message = message
    self.topicIndex = topicIndex
    partition = message.pointee.partition
    offset = message.pointee.offset
    timestampMillis = rd_kafka_message_timestamp(message, nil)
    key = UnsafeRawBufferPointer(start: message.pointee.key, count: message.pointee.key_len)
    value = UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len)
    isTombstone = message.pointee.payload == nil
  }

  /// The value of the last header of that name; nil if there is none or its value is null.
  public func header(_ name: StaticString) -> UnsafeRawBufferPointer? {
    precondition(name.hasPointerRepresentation, "A header name is a string literal of more than one scalar.")
    return name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount) {
      header(terminatedName: $0)
    }
  }

  /// The value of the last header of that name; nil if there is none or its value is null.
  @_disfavoredOverload
  public func header(_ name: String) -> UnsafeRawBufferPointer? {
    name.withCString { header(terminatedName: $0) }
  }

  /// Calls the closure with name and value of each header in order; the value is nil if it is null.
  public func forEachHeader(_ body: (UnsafePointer<CChar>, UnsafeRawBufferPointer?) -> Void) {
    var headers: OpaquePointer?
    guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    var index = 0
    while true {
      var name: UnsafePointer<CChar>?
      var value: UnsafeRawPointer?
      var count = 0
      let code = rd_kafka_header_get_all(headers, index, &name, &value, &count)
      guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let name else { return }
      body(name, value.map { UnsafeRawBufferPointer(start: $0, count: count) })
      index += 1
    }
  }

  private func header(terminatedName: UnsafePointer<CChar>) -> UnsafeRawBufferPointer? {
    var headers: OpaquePointer?
    guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
    var value: UnsafeRawPointer?
    var count = 0
    let code = rd_kafka_header_get_last(headers, terminatedName, &value, &count)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let value else { return nil }
    return UnsafeRawBufferPointer(start: value, count: count)
  }
}
