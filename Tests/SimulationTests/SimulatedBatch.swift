@testable import Service

/// Lends records to an engine for one call.
enum SimulatedBatch {
  static func lend(
    _ records: [(partition: Int, offset: Int64, record: SimulatedRecord)],
    _ body: (UnsafeBufferPointer<ValueRecord>) -> Void
  ) {
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: records.reduce(64) { $0 + $1.record.bytes.count }, alignment: 8)
    defer { bytes.deallocate() }
    var place = 0
    let borrowed = records.map { partition, offset, record in
      let target = UnsafeMutableRawBufferPointer(rebasing: bytes[place..<place + record.bytes.count])
      target.copyBytes(from: record.bytes)
      place += record.bytes.count
      return ValueRecord(
        partition: Int32(partition), offset: offset, timestampMillis: record.timestampMillis,
        value: UnsafeRawBufferPointer(target))
    }
    borrowed.withUnsafeBufferPointer(body)
  }
}
