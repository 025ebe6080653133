/// One line of an NDJSON file as a record.
struct LineRecord: SourceRecord {
  let topicIndex = 0
  let partition: Int32
  let offset: Int64
  let timestampMillis: Int64
  let value: UnsafeRawBufferPointer
  let isTombstone = false

  var key: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
  func header(_ name: String) -> UnsafeRawBufferPointer? { nil }
  func forEachHeader(_ body: (UnsafePointer<CChar>, UnsafeRawBufferPointer?) -> Void) {}
}
