import Core
import Foundation
import Testing

@testable import Service

@Suite struct SnapshotTakerTests {
  private let temporary: TemporaryDirectory
  private let engine: Engine
  private let input: InputArena
  private let recorder = LogRecorder()

  init() throws {
    temporary = try TemporaryDirectory()
    let configuration = try Configurations.make()
    engine = try Engine(
      configuration: configuration, catalogue: try Core.Catalogue(configuration.catalogue),
      partitions: (0..<Input.partitionCount).map { EnginePartition(topicIndex: 0, partition: Int32($0)) })
    input = InputArena(Input.simulated(400))
  }

  private func directory() throws -> SnapshotDirectory {
    let directory = SnapshotDirectory(path: temporary.path + "/state", kept: 3)
    try directory.lock()
    return directory
  }

  private func taker(_ directory: SnapshotDirectory, pieceBytes: Int) throws -> SnapshotTaker {
    try SnapshotTaker(
      directory: directory, group: "g", build: "b", intervalMillis: 0, pieceBytes: pieceBytes,
      logger: recorder.logger())
  }

  private func read(_ range: Range<Int>) {
    input.records[range].withUnsafeBufferPointer { engine.process($0) }
  }

  /// Every file holds the state as it was when it was begun, with events processed before it is complete.
  @Test func eventsGoOnWhileASnapshotIsCopied() throws {
    let directory = try directory()
    let taker = try taker(directory, pieceBytes: 2_000)
    var states: [[UInt8]] = []
    var pieces = 0
    for place in 0..<input.records.count {
      read(place..<place + 1)
      if taker.isBegun {
        taker.proceed()
        pieces += 1
      } else {
        taker.finish()
        let state = engine.ledger.encodeState()
        taker.takeIfDue(engine.ledger)
        if taker.isBegun { states.append(state) }
      }
    }
    taker.finish()
    #expect(pieces > 2 * states.count && states.count > 5, "\(pieces) pieces of \(states.count) snapshots")
    let loaded = try directory.files().map { try directory.load($0).state }
    #expect(!loaded.isEmpty)
    let areTheLast =
      loaded.allSatisfy { state in states.contains { $0 == state } } && loaded.first == states.last
    #expect(areTheLast, "a file holds no state as it was when a snapshot was begun")
  }

  /// At the end both are written: what was begun, and what came after.
  @Test func oneThatIsBegunIsCompletedBeforeTheNext() throws {
    let directory = try directory()
    let taker = try taker(directory, pieceBytes: 1)
    read(0..<200)
    taker.takeIfDue(engine.ledger)
    #expect(taker.isBegun)
    taker.takeIfDue(engine.ledger)
    read(200..<400)
    let last = engine.ledger.encodeState()
    taker.takeNow(engine.ledger)
    #expect(!taker.isBegun)
    #expect(taker.count == 2)
    let isLast = try directory.load(directory.files()[0]).state == last
    #expect(isLast, "the newest file holds something else than the last state")
    taker.takeNow(engine.ledger)
    #expect(taker.count == 2, "nothing is news")
    taker.takeAnyway(engine.ledger)
    #expect(taker.count == 3)
  }

  /// A process that fails leaves one behind that was begun.
  @Test func oneThatIsBegunMayBeLeft() throws {
    let directory = try directory()
    read(0..<200)
    do {
      let taker = try taker(directory, pieceBytes: 1)
      taker.takeIfDue(engine.ledger)
      #expect(taker.isBegun)
    }
    read(200..<400)
    #expect(try directory.files() == [])
  }

  /// A failed snapshot is said aloud and stops nothing.
  @Test func takerGoesOnWithoutItsDirectory() throws {
    let directory = try directory()
    let taker = try taker(directory, pieceBytes: SnapshotOutline.pieceBytes)
    try FileManager.default.removeItem(atPath: directory.path)
    taker.takeNow(engine.ledger)
    #expect(recorder.lines(containing: "could not be written").map(\.level) == [.error])
    #expect(taker.count == 0, "a snapshot that was not written does not count")
    try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    taker.takeNow(engine.ledger)
    #expect(try directory.files().count == 1, "the same state is tried again at the next chance")
  }
}
