import Testing

@testable import Bench

@Suite struct LatencyHistogramTests {
  @Test func smallValuesAreExact() {
    var histogram = LatencyHistogram()
    for value in UInt64(1)...200 { histogram.record(micros: value) }
    #expect(histogram.percentile(0.5) == 100)
    #expect(histogram.percentile(0.99) == 198)
    #expect(histogram.percentile(0) == 1)
    #expect(histogram.percentile(1) == 200)
    #expect(histogram.count == 200 && histogram.maxMicros == 200)
  }

  @Test func emptyHasNothing() {
    #expect(LatencyHistogram().percentile(0.5) == 0)
  }

  /// Against the sorted values themselves.
  @Test(arguments: [10, 1_000, 1_000_000, 60_000_000_000] as [UInt64])
  func percentilesAreWithinOnePercent(scale: UInt64) {
    var random = SeededRandom(state: scale)
    var histogram = LatencyHistogram()
    var values = (0..<5_000).map { _ in random.next(below: scale) * random.next(below: 10) / 3 }
    for value in values { histogram.record(micros: value) }
    values.sort()
    for share in [0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1] {
      let exact = values[max(1, Int((share * 5_000).rounded(.up))) - 1]
      let found = histogram.percentile(share)
      #expect(found >= exact, "\(share) of \(scale)")
      #expect(Double(found) <= Double(exact) * 1.008 + 1, "\(share) of \(scale)")
    }
  }
}
