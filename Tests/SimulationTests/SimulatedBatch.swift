@testable import Service

/// A record of the simulated log, as the engine takes it.
struct BorrowedRecord: SourceRecord {
  let topicIndex = 0
  let partition: Int32
  let offset: Int64
  let timestampMillis: Int64
  let key = UnsafeRawBufferPointer(start: nil, count: 0)
  let value: UnsafeRawBufferPointer
  let isTombstone = false

  func header(_ name: String) -> UnsafeRawBufferPointer? { nil }
  func forEachHeader(_ body: (UnsafePointer<CChar>, UnsafeRawBufferPointer?) -> Void) {}
}

/// Lends records to an engine for one call.
enum SimulatedBatch {
  static func lend(
    _ records: [(partition: Int, offset: Int64, record: SimulatedRecord)],
    _ body: (UnsafeBufferPointer<BorrowedRecord>) -> Void
  ) {
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: records.reduce(64) { $0 + $1.record.bytes.count }, alignment: 8)
    defer { bytes.deallocate() }
    var place = 0
    let borrowed = records.map { partition, offset, record in
      let target = UnsafeMutableRawBufferPointer(rebasing: bytes[place..<place + record.bytes.count])
      target.copyBytes(from: record.bytes)
      place += record.bytes.count
      return BorrowedRecord(
        partition: Int32(partition), offset: offset, timestampMillis: record.timestampMillis,
        value: UnsafeRawBufferPointer(target))
    }
    borrowed.withUnsafeBufferPointer(body)
  }
}
