import Core
import Foundation
import Testing

@testable import Service

/// A topic that was created anew and filled beyond the state's positions is known by the last record before them.
@Suite struct ReplacedInputTests {
  private static let input = Input.simulated(60)
  private let state: [UInt8]
  private let positions: [Int64]

  init() throws {
    state = try EngineRun(Self.input, parses: false).state
    positions = Self.input.reduce(into: [Int64](repeating: 0, count: Input.partitionCount)) {
      $0[Int($1.partition)] += 1
    }
  }

  private func engine(_ state: [UInt8]) throws -> Engine {
    let configuration = try Configurations.make()
    let catalogue = try Core.Catalogue(configuration.catalogue)
    let partitions = (0..<Input.partitionCount).map { EnginePartition(topicIndex: 0, partition: Int32($0)) }
    let ledger = Engine.emptyLedger(
      catalogue: catalogue, topics: configuration.input.topics, partitions)
    try ledger.decodeState(state)
    return try Engine(
      configuration: configuration, catalogue: catalogue, partitions: partitions, restored: ledger)
  }

  /// Hands an engine the records of a partition from an offset on.
  private func read(_ input: [InputRecord], _ partition: Int32, from offset: Int64, _ engine: Engine) {
    let arena = InputArena(input)
    let records = arena.records.filter { $0.partition == partition && $0.offset >= offset }
    withExtendedLifetime(arena) { records.withUnsafeBufferPointer { engine.process($0) } }
  }

  @Test(arguments: 0..<Int32(Input.partitionCount))
  func theSameRecordIsPassedOver(_ partition: Int32) throws {
    let engine = try engine(state)
    read(Self.input, partition, from: positions[Int(partition)] - 1, engine)
    #expect(engine.replaced == nil)
    #expect(engine.ledger.encodeState() == state)
  }

  @Test(arguments: [true, false], 0..<Int32(Input.partitionCount))
  func anotherRecordIsNoticed(isKey: Bool, partition: Int32) throws {
    var other = Self.input
    let last = try #require(other.lastIndex { $0.partition == partition })
    if isKey { other[last].key[0] ^= 1 } else { other[last].value[other[last].value.count / 2] ^= 1 }
    other += Input.simulated(200, seed: 8)
    let engine = try engine(state)
    read(other, partition, from: positions[Int(partition)] - 1, engine)
    #expect(engine.replaced?.task.partition == partition)
  }

  @Test func aRecordThatIsGoneIsNoFault() throws {
    let engine = try engine(state)
    for partition in 0..<Int32(Input.partitionCount) {
      read(Self.input + Input.simulated(200, seed: 8), partition, from: positions[Int(partition)], engine)
    }
    #expect(engine.replaced == nil)
    #expect(engine.ledger.books.read == 260)
  }

  @Test func aStateWithoutFingerprintsLoadsAndComparesNothing() throws {
    let old = try Self.inFormat1(state)
    let engine = try engine(old)
    #expect(engine.slots.map(\.task.position) == positions)
    #expect(engine.slots.allSatisfy { $0.task.lastRecord == RecordFingerprint.none })
    read(Input.simulated(200, seed: 8), 0, from: positions[0] - 1, engine)
    #expect(engine.replaced == nil)
    let header = SnapshotHeader(sequence: 1, createdMillis: 0, group: "g", build: "b")
    for version: UInt32 in [1, 2] {
      let file = try SnapshotFile(decoding: header.file(old, version: version))
      #expect(file.format == version)
      #expect(file.header == header)
      #expect(file.content == old)
    }
  }

  /// The state without the last 8 bytes of each task, and without the windows.
  private static func inFormat1(_ state: [UInt8]) throws -> [UInt8] {
    func number(_ place: Int) -> Int { (0..<4).reduce(0) { $0 | Int(state[place + $1]) << ($1 * 8) } }
    var place = 16 + 4 + number(16) * 16
    let count = number(place)
    place += 4
    var old = Array(state[..<place])
    for _ in 0..<count {
      let length = number(place)
      try #require(length > 8)
      old += (0..<4).map { UInt8(truncatingIfNeeded: (length - 8) >> ($0 * 8)) }
      old += state[place + 4..<place + 4 + length - 8]
      place += 4 + length
    }
    #expect(place + 4 + number(place) * 24 == state.count)
    return old
  }
}
