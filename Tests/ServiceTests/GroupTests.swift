import Foundation
import Kafka
import Synchronization
import Testing

@testable import Service

@Suite struct GroupTests {
  /// Another member that takes its share of the partitions and reads nothing.
  private final class OtherMember: Sendable {
    private let mustStop = Atomic<Bool>(false)
    private let kept = Mutex<(assigned: Int, isOver: Bool)>((0, false))

    var assigned: Int { kept.withLock { $0.assigned } }
    var isOver: Bool { kept.withLock { $0.isOver } }

    init(brokers: String) {
      Thread { [self] in
        do { try run(brokers) } catch { Issue.record(error) }
        kept.withLock { $0.isOver = true }
      }.start()
    }

    func stop() { mustStop.store(true, ordering: .relaxed) }

    private func run(_ brokers: String) throws {
      let consumer = try KafkaConsumer(
        brokers: brokers, group: "nadi-test", instance: nil,
        settings: [("session.timeout.ms", "6000"), ("heartbeat.interval.ms", "500")], log: { _, _, _ in })
      try consumer.subscribe([Configurations.input])
      while !mustStop.load(ordering: .relaxed) {
        _ = consumer.poll(limit: 100, timeoutMillis: 20) { _ in }
        for event in consumer.takeEvents() {
          switch event {
          case .assigned(let partitions):
            try consumer.assign([])
            kept.withLock { $0.assigned = partitions.count }
          case .revoked, .lost: try consumer.unassign()
          default: break
          }
        }
      }
      consumer.close()
    }
  }

  /// Which of two members is given the first partition is up to the broker. With it the daemon reads all of them;
  /// without it it is silent, and leads when the other member is gone.
  @Test func theFirstPartitionDecides() async throws {
    let broker = try TestBroker()
    let directory = try TemporaryDirectory()
    let input = Input.simulated(100)
    try broker.send(input)
    let other = OtherMember(brokers: broker.cluster.bootstrap)
    defer { other.stop() }
    try await eventually("the other member has all partitions") { other.assigned == Input.partitionCount }
    let service = RunningService(
      try Configurations.make(brokers: broker.cluster.bootstrap, directory: directory.path))
    try await eventually("it has its part") {
      service.isOver || [.following, .running].contains(service.status.phase)
    }
    if service.status.phase == .following {
      let notice = try #require(service.recorder.lines(containing: "another process of the group").first)
      #expect(notice.metadata == ["assigned": "2", "partitions": "4"])
      #expect(try broker.read(Configurations.output).isEmpty)
      #expect(try broker.read(Configurations.deadLetters).isEmpty)
      #expect(try directory.names() == ["lock"], "no snapshot of nothing")
      other.stop()
    }
    try await service.finish(afterReading: UInt64(input.count))
    let differences = try broker.lastUpdates().differences(from: try EngineRun(input).updates)
    #expect(differences == [])
    #expect(other.assigned == 2 || other.isOver)
    other.stop()
    try await eventually("the other member is gone") { other.isOver }
  }
}
