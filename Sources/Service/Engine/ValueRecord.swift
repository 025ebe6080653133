/// A record of the first topic that is nothing but a value: no key, no headers, such as a line of a file.
public struct ValueRecord: SourceRecord {
  public let topicIndex = 0
  public let partition: Int32
  public let offset: Int64
  public let timestampMillis: Int64
  public let value: UnsafeRawBufferPointer
  public let isTombstone = false

  public init(partition: Int32, offset: Int64, timestampMillis: Int64, value: UnsafeRawBufferPointer) {
    self.partition = partition
    self.offset = offset
    self.timestampMillis = timestampMillis
    self.value = value
  }

  public var key: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
  public func header(_ name: String) -> UnsafeRawBufferPointer? { nil }
  public func forEachHeader(_ body: (UnsafePointer<CChar>, UnsafeRawBufferPointer?) -> Void) {}
}

extension Engine {
  /// As `process`, compiled for these records here, where the compiler sees all of it.
  public func processValues(_ batch: UnsafeBufferPointer<ValueRecord>) { process(batch) }
}
