import Core
import Testing

@testable import Service

/// The end of a partition may lie behind offsets that hold no record for anybody, such as those of transactions' ends.
@Suite struct PartitionEndTests {
  private static let input = [
    Input.call("a", rep: "ann", at: "2025-03-03T01:00:00Z"),
    Input.call("b", rep: "ann", at: "2025-03-03T02:00:00Z"),
  ]

  private func engine(publishedUntil: Int64 = 0) throws -> Engine {
    let configuration = try Configurations.make()
    return try Engine(
      configuration: configuration, catalogue: Core.Catalogue(configuration.catalogue),
      partitions: [EnginePartition(topicIndex: 0, partition: 0, publishedUntil: publishedUntil)])
  }

  private func read(_ engine: Engine) {
    let arena = InputArena(Self.input)
    withExtendedLifetime(arena) { arena.records.withUnsafeBufferPointer { engine.process($0) } }
  }

  @Test func thePositionGoesBehindThem() throws {
    let engine = try engine()
    read(engine)
    engine.reachedEnd(topicIndex: 0, partition: 0, offset: 5)
    #expect(engine.slots[0].task.position == 5)
    #expect(engine.slots[0].task.isAtEnd)
    #expect(engine.slots[0].task.lastRecord == RecordFingerprint.none, "no record lies before the position")
  }

  /// It may have been told of what was assigned before, and records may still come.
  @Test func anEndBeforeAnyRecordMovesNothing() throws {
    let engine = try engine()
    engine.reachedEnd(topicIndex: 0, partition: 0, offset: 2)
    #expect(engine.slots[0].task.position == 0)
    read(engine)
    #expect(engine.ledger.books.counted == 2)
  }

  @Test func aReplayEndsBehindThemAndGoesNoFurther() throws {
    let engine = try engine(publishedUntil: 4)
    read(engine)
    #expect(engine.isReplaying)
    engine.reachedEnd(topicIndex: 0, partition: 0, offset: 6)
    #expect(!engine.isReplaying)
    #expect(engine.slots[0].task.position == 4)
  }

  @Test func whoFollowsGoesNoFurtherThanWhatIsCommitted() throws {
    let engine = try engine(publishedUntil: 3)
    engine.beginFollowing()
    read(engine)
    engine.reachedEnd(topicIndex: 0, partition: 0, offset: 6)
    #expect(engine.slots[0].task.position == 3)
    engine.follow(until: [6], watermark: .min)
    #expect(engine.isReplaying)
    engine.reachedEnd(topicIndex: 0, partition: 0, offset: 6)
    #expect(engine.slots[0].task.position == 3, "nothing came since it was assigned again")
    #expect(!engine.isReplaying)
  }
}
