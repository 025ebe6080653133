import Foundation
import Testing

@testable import Service

/// Stopping and starting again, with offsets as `at_least_once` commits them on the mock cluster.
@Suite struct RestartTests {
  private let broker: TestBroker
  private let directory: TemporaryDirectory
  private let input = Self.sharedInput
  private static let sharedInput = Input.simulated(400)
  private static let sharedReference = Result { try EngineRun(sharedInput) }

  init() throws {
    broker = try TestBroker()
    directory = try TemporaryDirectory()
  }

  private func start() throws -> RunningService {
    RunningService(try Configurations.make(brokers: broker.cluster.bootstrap, directory: directory.path))
  }

  private func run(_ input: ArraySlice<InputRecord>) async throws -> RunningService {
    let service = try start()
    try await service.finish(afterReading: try EngineRun(Array(input), parses: false).books.read)
    return service
  }

  private func snapshots() throws -> [String] { try directory.names().filter { $0.hasSuffix(".nadi") } }

  @Test func stateContinues() async throws {
    try broker.send(Array(input[..<200]))
    _ = try await run(input[..<200])
    #expect(try snapshots().count == 1)
    try broker.send(Array(input[200...]))
    let second = try await run(input[...])
    let reference = try Self.sharedReference.get()
    #expect(second.recorder.lines(containing: "restored a snapshot").count == 1)
    #expect(second.status.books == reference.books)
    let differences = try broker.lastUpdates().differences(from: reference.updates)
    #expect(differences == [])
    #expect(try broker.read(Configurations.deadLetters).count == reference.deadLetterCount)
    #expect(try snapshots().count == 2)
  }

  @Test func withoutSnapshotReplaysInSilence() async throws {
    try broker.send(Array(input[..<200]))
    _ = try await run(input[..<200])
    let updates = try broker.read(Configurations.output).count
    let letters = try broker.read(Configurations.deadLetters).count
    for name in try snapshots() { try FileManager.default.removeItem(atPath: "\(directory.path)/\(name)") }

    let second = try await run(input[..<200])
    #expect(second.recorder.lines(containing: "no snapshot").count == 1)
    #expect(try broker.read(Configurations.output).count == updates, "nothing is published twice")
    #expect(try broker.read(Configurations.deadLetters).count == letters)

    try broker.send(Array(input[200...]))
    let third = try await run(input[...])
    let reference = try Self.sharedReference.get()
    #expect(third.status.books == reference.books)
    let differences = try broker.lastUpdates().differences(from: reference.updates)
    #expect(differences == [])
    #expect(try broker.read(Configurations.deadLetters).count == reference.deadLetterCount)
  }

  @Test func damagedSnapshotIsSetAsideAndTheOneBeforeUsed() async throws {
    try broker.send(Array(input[..<200]))
    _ = try await run(input[..<200])
    try broker.send(Array(input[200...300]))
    _ = try await run(input[...300])
    let names = try snapshots()
    try #require(names.count == 2)
    let newest = "\(directory.path)/\(names[1])"
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: newest)))
    bytes[bytes.count / 2] ^= 0x10
    try Data(bytes).write(to: URL(fileURLWithPath: newest))

    try broker.send(Array(input[301...]))
    let third = try await run(input[...])
    let damaged = third.recorder.lines(containing: "damaged")
    #expect(damaged.map(\.level) == [.error])
    #expect(damaged.first?.metadata["file"] == names[1])
    #expect(third.recorder.lines(containing: "restored a snapshot").first?.metadata["file"] == names[0])
    #expect(try directory.names().contains(names[1] + ".damaged"))
    let reference = try Self.sharedReference.get()
    #expect(third.status.books == reference.books)
    let differences = try broker.lastUpdates().differences(from: reference.updates)
    #expect(differences == [])
    #expect(try broker.read(Configurations.deadLetters).count == reference.deadLetterCount)
  }

  @Test func offsetsThatWereResetAreNoticed() async throws {
    try broker.send(input)
    _ = try await run(input[...])
    let names = try directory.names()
    let other = try TestBroker()
    try other.send(input)
    func start() throws -> RunningService {
      RunningService(
        try Configurations.make(brokers: other.cluster.bootstrap, directory: directory.path))
    }
    let service = try start()
    let fault = try await service.fault()
    #expect(fault?.code == .dataError)
    #expect(fault?.message.contains("reset") == true)
    #expect(fault?.remedy.contains("remove the snapshots") == true)
    #expect(service.recorder.lines(containing: "ahead of the committed offsets").map(\.level) == [.warning])
    #expect(try directory.names() == names, "nothing is touched")
    #expect(try other.read(Configurations.output).isEmpty)

    for name in try snapshots() { try FileManager.default.removeItem(atPath: "\(directory.path)/\(name)") }
    let second = try start()
    let reference = try Self.sharedReference.get()
    try await second.finish(afterReading: reference.books.read)
    #expect(second.status.books == reference.books)
    let differences = try other.lastUpdates().differences(from: reference.updates)
    #expect(differences == [])
  }

  /// The topic was deleted and created again with fewer records than were committed.
  @Test func aTopicThatIsShorterThanWhatWasCommittedIsNoticed() async throws {
    try broker.send(input)
    _ = try await run(input[...])
    for name in try snapshots() { try FileManager.default.removeItem(atPath: "\(directory.path)/\(name)") }
    let other = try TestBroker()
    try other.send(Array(input[..<100]))
    try other.commit(offset: 1_000)
    let updates = try other.read(Configurations.output).count
    let service = RunningService(
      try Configurations.make(brokers: other.cluster.bootstrap, directory: directory.path))
    let fault = try await service.fault()
    #expect(fault?.code == .dataError)
    #expect(fault?.message.contains("committed 1000") == true)
    #expect(try other.read(Configurations.output).count == updates)
    #expect(try snapshots().isEmpty)
  }

  /// The topic was deleted, created again and filled beyond what was committed.
  @Test func aTopicThatWasRefilledIsNoticed() async throws {
    try broker.send(input)
    _ = try await run(input[...])
    let names = try directory.names()
    let other = try TestBroker()
    try other.send(Input.simulated(4_000, seed: 8))
    try other.commit(offset: 300)
    let service = RunningService(
      try Configurations.make(brokers: other.cluster.bootstrap, directory: directory.path))
    let fault = try await service.fault()
    #expect(fault?.code == .dataError)
    #expect(fault?.message.contains("holds other records") == true)
    #expect(try directory.names() == names, "nothing is touched")
    #expect(try other.read(Configurations.output).isEmpty)
  }
}
