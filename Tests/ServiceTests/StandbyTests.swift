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

  /// The second comes while the first leads, follows in silence, and goes on when the first is gone.
  ///
  /// Without transactions, because the embedded broker forgets the offsets that are committed in one.
  @Test func theSecondGoesOn() async throws {
    let broker = try TestBroker()
    let (firstDirectory, secondDirectory) = (try TemporaryDirectory(), try TemporaryDirectory())
    try broker.send(Array(Self.input.prefix(Self.half)))
    // The one whose name comes first gets the first partition, so that it goes on leading when the other has joined.
    let first = RunningService(
      try Self.configuration(broker, firstDirectory, instance: "a"))
    let half = UInt64(Self.half)
    try await eventually("the first leads: \(first.status.phase)") {
      first.isOver || first.status.phase == .running && first.status.books.read == half
    }
    let second = RunningService(
      try Self.configuration(broker, secondDirectory, instance: "b"))
    try await eventually("the second follows: \(second.status.phase)") {
      second.isOver || second.status.phase == .following && second.status.books.read == half
    }
    try broker.send(Array(Self.input.dropFirst(Self.half)))
    let all = UInt64(Self.input.count)
    try await eventually("both have read all: \(first.status), \(second.status)") {
      first.isOver || second.isOver
        || first.status.books.read == all && second.status.books == first.status.books
          && second.status.cellCount == first.status.cellCount
    }
    #expect(second.status.phase == .following)
    #expect(second.status.updateCount == 0)
    try await first.stop()
    try await eventually("the second leads: \(second.status.phase)") {
      second.isOver || second.status.phase == .running
    }
    try await second.finish(afterReading: all)

    let leading = second.recorder.lines(containing: "leading")
    #expect(leading.map { $0.metadata["from_memory"] } == ["true"])
    let reference = try EngineRun(Self.input)
    #expect(second.status.books == reference.books)
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
