import Catalogue
import Core
import Foundation
import Synchronization
import Testing

@testable import Service

/// What other threads see of a running service.
@Suite struct MonitorTests {
  /// Key and value of every update that was handed over.
  private final class Collected: Sendable {
    private let records = Mutex<[String]>([])
    private let omitted = Mutex<UInt64>(0)

    func take(_ batch: CommittedUpdates) {
      omitted.withLock { $0 += batch.omitted }
      records.withLock { records in
        for update in batch.updates {
          records.append(
            String(decoding: batch.bytes[update.key.lowerBound..<update.value.upperBound], as: UTF8.self))
        }
      }
    }

    var all: [String] { records.withLock { $0.sorted() } }
    var omittedCount: UInt64 { omitted.withLock { $0 } }
  }

  @Test(arguments: [Delivery.atLeastOnce, .exactlyOnce])
  func everyCommittedUpdateIsHandedOver(_ delivery: Delivery) async throws {
    let input = Input.simulated(200)
    let broker = try TestBroker()
    let directory = try TemporaryDirectory()
    try broker.send(input)
    let collected = Collected()
    let tap = UpdateTap { collected.take($0) }
    let service = RunningService(
      try Configurations.make(
        brokers: broker.cluster.bootstrap, directory: directory.path, delivery: delivery),
      tap: tap)
    try await service.finish(afterReading: try EngineRun(input).books.read)
    tap.drain()
    let published = try broker.read(Configurations.output).map {
      $0.key + String(decoding: $0.value, as: UTF8.self)
    }
    #expect(!published.isEmpty)
    #expect(collected.all == published.sorted())
    #expect(collected.omittedCount == 0)
    try check(service.monitor.status, service.status)
  }

  private func check(_ status: RunStatus, _ last: RunStatus) throws {
    #expect(status.books == last.books)
    #expect(status.partitions.count == Input.partitionCount)
    #expect(status.partitionTotal == Input.partitionCount)
    #expect(status.partitions.reduce(Books()) { $0 + $1.books } == status.books)
    #expect(status.partitions.reduce(0) { $0 + $1.position } > 0)
    #expect(status.deadLetterReasons.values.reduce(0, +) == status.deadLetterCount)
    #expect(status.figures.commit.totalCount == status.commitCount)
    #expect(status.figures.eventToEmit.totalCount > 0)
    #expect(status.figures.rebalances[.assigned] == 1)
    #expect(status.figures.restoreMillis != nil)
    #expect(status.snapshots.count == status.snapshotCount)
    #expect(
      status.snapshots.count > 0 && status.snapshots.lastBytes > 0 && status.snapshots.lastMillis != nil)
  }

  @Test func theLoopBeatsAndAStallIsSeen() async throws {
    let monitor = RunMonitor()
    try await eventually("a stall") { monitor.stallMillis >= 30 }
    monitor.beat()
    #expect(monitor.stallMillis < 30_000)
  }
}
