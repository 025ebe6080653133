import Catalogue
import Foundation
import Kafka
import Testing

@testable import Service

/// Two processes of one group on the embedded broker: one leads, the other follows and goes on.
@Suite struct StandbyTests {
  private static let input = Input.simulated(600)
  private static let half = input.count / 2

  private static func configuration(
    _ broker: TestBroker, _ directory: TemporaryDirectory, instance: String
  ) throws -> Configuration {
    try Configurations.make(
      brokers: broker.cluster.bootstrap, directory: directory.path, instance: instance)
  }

  /// The second comes while the first leads. One of them follows in silence, and goes on when the other is gone.
  ///
  /// Without transactions, because the embedded broker forgets the offsets that are committed in one.
  @Test func theFollowerGoesOn() async throws {
    let broker = try TestBroker()
    let (firstDirectory, secondDirectory) = (try TemporaryDirectory(), try TemporaryDirectory())
    try broker.send(Array(Self.input.prefix(Self.half)))
    let one = RunningService(try Self.configuration(broker, firstDirectory, instance: "a"))
    let half = UInt64(Self.half)
    try await eventually("the first leads: \(one.status.phase)") {
      one.isOver || one.status.phase == .running && one.status.books.read == half
    }
    let other = RunningService(try Self.configuration(broker, secondDirectory, instance: "b"))
    try await eventually("one leads and one follows") {
      one.isOver || other.isOver
        || [one, other].allSatisfy { $0.status.books.read == half }
          && Set([one, other].map(\.status.phase)) == [.running, .following]
    }
    let (leader, follower) = one.status.phase == .running ? (one, other) : (other, one)
    let published = follower.status.updateCount
    try broker.send(Array(Self.input.dropFirst(Self.half)))
    let all = UInt64(Self.input.count)
    try await eventually("both have read all") {
      one.isOver || other.isOver
        || leader.status.books.read == all && follower.status.books == leader.status.books
          && follower.status.cellCount == leader.status.cellCount
    }
    #expect(follower.status.phase == .following)
    #expect(follower.status.updateCount == published)
    try await leader.stop()
    try await eventually("the other leads") { follower.isOver || follower.status.phase == .running }
    try await follower.finish(afterReading: all)

    let leading = follower.recorder.lines(containing: "leading")
    #expect(leading.last?.metadata["from_memory"] == "true")
    let reference = try EngineRun(Self.input)
    #expect(follower.status.books == reference.books)
    let differences = try broker.lastUpdates().differences(from: reference.updates)
    #expect(differences == [])
    #expect(try broker.read(Configurations.deadLetters).count == reference.deadLetterCount)
  }

  /// Processes without a name of their own are told apart by their directories, and keep their names.
  @Test func theDirectoryNamesTheProcess() throws {
    let (one, other) = (try TemporaryDirectory(), try TemporaryDirectory())
    func name(_ directory: TemporaryDirectory) throws -> String {
      let kept = SnapshotDirectory(path: directory.path, kept: 1)
      try kept.lock()
      return try kept.identity()
    }
    let first = try name(one)
    #expect(first.count > 4)
    #expect(try name(one) == first)
    #expect(try name(other) != first)
    #expect(try one.names() == ["instance", "lock"])
  }
}
