import Service

/// The first records of a workload, kept as bytes so that making them is no part of what is measured.
final class RecordedEvents {
  private struct Place {
    var start: Int
    var count: Int
    var partition: Int
    var timestampMillis: Int64
  }

  private let bytes: UnsafeMutableRawBufferPointer
  private let places: [Place]
  private let partitionCounts: [Int64]

  init(_ workload: inout some Workload, count: Int) {
    // What is not written to takes no memory.
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: count * WorkloadRecord.valueBytesMax, alignment: 8)
    var record = WorkloadRecord()
    var used = 0
    var counts = [Int64](repeating: 0, count: BenchEngine.partitionCount)
    places = (0..<count).map { _ in
      workload.next(&record)
      precondition(
        record.value.count <= WorkloadRecord.valueBytesMax, "A record is longer than the room for it.")
      let start = used
      used += record.value.count
      UnsafeMutableRawBufferPointer(rebasing: bytes[start..<used]).copyBytes(from: record.value)
      let partition = record.home % BenchEngine.partitionCount
      counts[partition] += 1
      return Place(
        start: start, count: record.value.count, partition: partition,
        timestampMillis: record.timestampMillis)
    }
    self.bytes = bytes
    partitionCounts = counts
  }

  deinit { bytes.deallocate() }

  var count: Int { places.count }

  /// All of them as the engine takes them, valid as long as this is.
  ///
  /// - Parameter pass: how often they were read already; their offsets go on from there.
  func records(pass: Int = 0) -> [ValueRecord] {
    var offsets = partitionCounts.map { $0 * Int64(pass) }
    return places.map { place in
      defer { offsets[place.partition] += 1 }
      return ValueRecord(
        partition: Int32(place.partition), offset: offsets[place.partition],
        timestampMillis: place.timestampMillis,
        value: UnsafeRawBufferPointer(rebasing: bytes[place.start..<place.start + place.count]))
    }
  }
}
