import Core

/// A record to be produced; its buffers are used again for the next one.
public struct WorkloadRecord {
  public internal(set) var key: [UInt8] = []
  public internal(set) var value: [UInt8] = []
  public internal(set) var timestampMillis: Int64 = 0
  /// Records with the same number belong into the same partition, where keys do not choose it.
  public internal(set) var home = 0

  /// No workload has longer values.
  static let valueBytesMax = 768

  public init() {}

  mutating func begin(timestampMillis: Int64, home: Int) {
    key.removeAll(keepingCapacity: true)
    value.removeAll(keepingCapacity: true)
    self.timestampMillis = timestampMillis
    self.home = home
  }
}

/// Records in the order in which they are produced, the same ones for the same seed.
public protocol Workload {
  /// Replaces the record by the next one.
  mutating func next(_ record: inout WorkloadRecord)
}

/// A workload whose records are numbered.
protocol RepeatableWorkload: Workload {
  /// Of the next record, from 0.
  var number: Int { get set }

  /// Begins anew with records that change what they made.
  mutating func repeatFromTheFirst()
}

extension [UInt8] {
  mutating func append(_ text: String) { append(contentsOf: text.utf8) }

  mutating func append(number: some BinaryInteger, width: Int = 1) {
    let digits = String(number)
    for _ in 0..<Swift.max(0, width - digits.utf8.count) { append(UInt8(ascii: "0")) }
    append(digits)
  }

  /// An instant in milliseconds since the Unix epoch, as RFC 3339 in UTC.
  mutating func append(time millis: Int64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: RFC3339.capacity) { buffer in
      let count = RFC3339.writeUTC(millis, into: buffer)
      append(contentsOf: buffer[..<count])
    }
  }

  /// Two decimals.
  mutating func append(cents: UInt64) {
    append(number: cents / 100)
    append(".")
    append(number: cents % 100, width: 2)
  }
}
