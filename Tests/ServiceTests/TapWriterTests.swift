import Core
import Foundation
import Synchronization
import Testing

@testable import Service

@Suite struct TapWriterTests {
  private final class Batches: Sendable {
    private let batches = Mutex<[CommittedUpdates]>([])
    func take(_ batch: CommittedUpdates) { batches.withLock { $0.append(batch) } }
    var all: [CommittedUpdates] { batches.withLock { $0 } }
    var keys: [[String]] {
      all.map { batch in batch.updates.map { String(decoding: batch.bytes[$0.key], as: UTF8.self) } }
    }
  }

  private func add(_ key: String, to writer: TapWriter, isCompany: Bool = false, valueBytes: Int = 10) {
    var update = Update(metric: 0, scope: 0, window: 0, start: 0, end: 1, state: .open, asOf: 0)
    let (id, value) = (Array("rep-1".utf8), [UInt8](repeating: UInt8(ascii: "v"), count: valueBytes))
    id.withUnsafeBytes { bytes in
      if !isCompany { update.firstId = EventBytes(start: bytes.baseAddress, count: bytes.count) }
      Array(key.utf8).withUnsafeBytes { key in
        value.withUnsafeBytes { writer.add(update, key: key, value: $0) }
      }
    }
  }

  @Test func onlyCommittedAttemptsAreHandedOver() {
    let batches = Batches()
    let tap = UpdateTap { batches.take($0) }
    let writer = TapWriter(tap)
    writer.begin()
    add("aborted", to: writer)
    writer.begin()
    add("first", to: writer)
    add("second", to: writer)
    writer.commit()
    writer.begin()
    writer.commit()
    writer.begin()
    add("third", to: writer)
    writer.commit()
    writer.begin()
    add("never", to: writer)
    tap.drain()
    #expect(batches.keys == [["first", "second"], ["third"]])
    let batch = batches.all[0]
    #expect(String(decoding: batch.bytes[batch.updates[1].value], as: UTF8.self) == "vvvvvvvvvv")
  }

  @Test func oneCommitIsBoundedAndTheCompanyHasAReserve() {
    let batches = Batches()
    let tap = UpdateTap(commitBytesMax: 1_000) { batches.take($0) }
    let writer = TapWriter(tap)
    writer.begin()
    for number in 0..<10 { add("rep\(number)", to: writer, valueBytes: 96) }
    for number in 0..<3 { add("com\(number)", to: writer, isCompany: true, valueBytes: 96) }
    writer.commit()
    tap.drain()
    #expect(batches.keys == [(0..<8).map { "rep\($0)" } + ["com0", "com1"]])
    #expect(batches.all[0].omitted == 3)
    #expect(batches.all[0].omitsCompany)
  }

  @Test func aListenerThatIsBehindIsToldWhatItMissed() {
    let batches = Batches()
    let gate = DispatchSemaphore(value: 0)
    let tap = UpdateTap(commitBytesMax: 1_000, waitingBytesMax: 150) { batch in
      gate.wait()
      batches.take(batch)
    }
    let writer = TapWriter(tap)
    for number in 0..<4 {
      writer.begin()
      add("key\(number)", to: writer, valueBytes: 96)
      writer.commit()
    }
    for _ in 0..<2 { gate.signal() }
    tap.drain()
    writer.begin()
    add("last", to: writer)
    writer.commit()
    tap.drain()
    #expect(batches.keys == [["key0"], ["last"]])
    #expect(batches.all.map(\.omitted) == [0, 3])
    #expect(batches.all.map(\.omitsCompany) == [false, true])
  }

  @Test func histogramsCountEveryObservationOnce() {
    var histogram = Histogram()
    let values: [Int64] = [-5, 0, 1, 2, 3, 10, 999, 1_000, 1_001, 300_000, 300_001]
    for value in values { histogram.observe(millis: value) }
    for (place, bound) in Histogram.boundsSeconds.enumerated() {
      let expected = values.filter { Double(max(0, $0)) / 1_000 <= bound }.count
      #expect(histogram.counts[...place].reduce(0, +) == UInt64(expected), "\(bound)")
    }
    #expect(histogram.totalCount == UInt64(values.count))
    #expect(histogram.sumSeconds == Double(values.reduce(0) { $0 + max(0, $1) }) / 1_000)
  }
}
