@testable import Service

/// A record of an `InputArena`, as the engine takes it.
struct BorrowedRecord: SourceRecord {
  let topicIndex = 0
  let partition: Int32
  let offset: Int64
  let timestampMillis: Int64
  let key: UnsafeRawBufferPointer
  let value: UnsafeRawBufferPointer
  let isTombstone = false

  func header(_ name: String) -> UnsafeRawBufferPointer? { nil }
  func forEachHeader(_ body: (UnsafePointer<CChar>, UnsafeRawBufferPointer?) -> Void) {}
}

/// Owns the bytes of records while an engine reads them, and numbers them by partition.
final class InputArena {
  let records: [BorrowedRecord]
  private let bytes: UnsafeMutableRawBufferPointer

  init(_ input: [InputRecord]) {
    let count = input.reduce(1) { $0 + $1.key.count + $1.value.count }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
    var place = 0
    func put(_ part: [UInt8]) -> UnsafeRawBufferPointer {
      let range = place..<place + part.count
      place += part.count
      let target = UnsafeMutableRawBufferPointer(rebasing: bytes[range])
      target.copyBytes(from: part)
      return UnsafeRawBufferPointer(target)
    }
    var offsets: [Int32: Int64] = [:]
    records = input.map { record in
      defer { offsets[record.partition, default: 0] += 1 }
      return BorrowedRecord(
        partition: record.partition, offset: offsets[record.partition, default: 0],
        timestampMillis: record.timestampMillis, key: put(record.key), value: put(record.value))
    }
    self.bytes = bytes
  }

  deinit { bytes.deallocate() }
}
