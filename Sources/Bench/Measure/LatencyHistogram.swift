/// Lengths of time, counted in buckets that are at most a 128th of their value wide, as HdrHistogram does it
/// (http://hdrhistogram.org): what is asked of it is exact to 0.8 % however many there are.
struct LatencyHistogram {
  private var counts: [UInt64] = []
  private(set) var count: UInt64 = 0
  private(set) var maxMicros: UInt64 = 0

  /// Values below are counted one by one.
  private static let subBuckets: UInt64 = 256
  private static let halfBits = 7

  mutating func record(micros: UInt64) {
    let bucket = Self.bucket(of: micros)
    if bucket >= counts.count {
      counts.append(contentsOf: repeatElement(0, count: bucket + 1 - counts.count))
    }
    counts[bucket] += 1
    count += 1
    maxMicros = max(maxMicros, micros)
  }

  /// The least value, in microseconds, that a share of all values does not exceed; 0 when there are none.
  ///
  /// - Parameter share: from 0 to 1; 0.5 gives the median.
  func percentile(_ share: Double) -> UInt64 {
    guard count > 0 else { return 0 }
    let wanted = max(1, UInt64((share * Double(count)).rounded(.up)))
    var sum: UInt64 = 0
    for (bucket, count) in counts.enumerated() {
      sum += count
      if sum >= wanted { return min(Self.greatest(in: bucket), maxMicros) }
    }
    return maxMicros
  }

  private static func bucket(of value: UInt64) -> Int {
    guard value >= subBuckets else { return Int(value) }
    let shift = 64 - value.leadingZeroBitCount - (halfBits + 1)
    return Int(subBuckets) + (shift - 1) << halfBits + Int(value >> UInt64(shift)) - 1 << halfBits
  }

  private static func greatest(in bucket: Int) -> UInt64 {
    guard bucket >= Int(subBuckets) else { return UInt64(bucket) }
    let place = bucket - Int(subBuckets)
    let shift = UInt64(place >> halfBits + 1)
    let sub = UInt64(place & (1 << halfBits - 1) + 1 << halfBits)
    return (sub + 1) << shift - 1
  }
}
