internal import CRdKafka

/// A reusable set of record headers: fill it once, change what varies, produce many records with it.
public final class KafkaHeaders {
  let pointer: OpaquePointer
  /// The number of headers.
  public private(set) var count = 0

  /// An empty set of headers.
  public init() {
    guard let pointer = rd_kafka_headers_new(8) else {
      preconditionFailure("librdkafka returned no headers, which it does only without memory.")
    }
    self.pointer = pointer
  }

  deinit { rd_kafka_headers_destroy(pointer) }

  /// Sets a header, copying the bytes, and moves it to the end.
  public func set(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
    precondition(name.hasPointerRepresentation, "A header name is a string literal of more than one scalar.")
    name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount) {
      replace($0, value)
    }
  }

  /// Sets a header to the UTF-8 bytes of a text, and moves it to the end.
  public func set(_ name: StaticString, _ value: String) {
    var value = value
    value.withUTF8 { set(name, UnsafeRawBufferPointer($0)) }
  }

  /// Sets a header, copying the bytes, and moves it to the end.
  @_disfavoredOverload
  public func set(_ name: String, _ value: UnsafeRawBufferPointer) {
    name.withCString { replace($0, value) }
  }

  /// Sets a header to the UTF-8 bytes of a text, and moves it to the end.
  @_disfavoredOverload
  public func set(_ name: String, _ value: String) {
    var value = value
    value.withUTF8 { set(name, UnsafeRawBufferPointer($0)) }
  }

  /// Removes every header.
  public func removeAll() {
    var name: UnsafePointer<CChar>?
    var value: UnsafeRawPointer?
    var size = 0
    while rd_kafka_header_get_all(pointer, 0, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
      let first = name
    {
      // Removal compares with the name while freeing it, so it works on a copy.
      String(cString: first).withCString { _ = rd_kafka_header_remove(pointer, $0) }
    }
    count = 0
  }

  private func replace(_ name: UnsafePointer<CChar>, _ value: UnsafeRawBufferPointer) {
    rd_kafka_header_remove(pointer, name)
    // A null value pointer would make a null header rather than an empty one.
    var empty: UInt8 = 0
    let code =
      if let start = value.baseAddress {
        rd_kafka_header_add(pointer, name, -1, start, value.count)
      } else {
        rd_kafka_header_add(pointer, name, -1, &empty, 0)
      }
    precondition(code == RD_KAFKA_RESP_ERR_NO_ERROR, "Headers that are not a record's can be changed.")
    count = rd_kafka_header_cnt(pointer)
  }
}
