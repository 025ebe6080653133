import Catalogue
import Core
import Foundation
import Testing

@testable import Service

/// One in a hundred records is rubbish of every kind: each is set aside once under its reason, and nothing else changes.
///
/// `NADI_POISON_RECORDS` is how many records are tried.
@Suite struct PoisonTests {
  private static let count =
    ProcessInfo.processInfo.environment["NADI_POISON_RECORDS"].flatMap(Int.init) ?? 6_000

  @Test func everyKindHarmsOnlyItself() throws {
    let clean = Input.simulated(Self.count, malformedShare: 0)
    var mixed: [InputRecord] = []
    var expected: [String: Int] = [:]
    var turn = 0
    for (place, record) in clean.enumerated() {
      mixed.append(record)
      guard place % 100 == 0 else { continue }
      let kind = Poison.kinds[turn % Poison.kinds.count]
      turn += 1
      var poison = record
      poison.key = Array("poison-\(turn)".utf8)
      poison.value = kind.value
      mixed.append(poison)
      expected[kind.reason.rawValue, default: 0] += 1
    }
    #expect(turn >= 2 * Poison.kinds.count)
    let now = Input.start + 400 * 86_400_000
    let reference = try EngineRun(clean, now: now)
    let run = try EngineRun(mixed, batchSize: 777, workers: 2, now: now)
    #expect(run.reasons == expected)
    #expect(run.books.rejected == UInt64(turn))
    #expect(run.books.counted == reference.books.counted)
    #expect(run.books.read == reference.books.read + UInt64(turn))
    #expect(run.books.isBalanced)
    let differences = run.updates.differences(from: reference.updates)
    #expect(differences == [])
  }

  @Test(arguments: Poison.kinds.map(\.name))
  func eachKindHasItsReason(_ name: String) throws {
    let kind = try #require(Poison.kinds.first { $0.name == name })
    var record = Input.call("p", rep: "r", at: "2025-03-03T01:00:00Z")
    record.value = kind.value
    let run = try EngineRun([record], parses: false)
    #expect(run.reasons == [kind.reason.rawValue: 1])
    #expect(run.books.read == 1 && run.books.rejected == 1)
  }

  @Test func aRecordWithALongKeyIsSetAside() throws {
    let limit = LimitSettings().keyBytes
    var record = Input.call("p", rep: "r", at: "2025-03-03T01:00:00Z")
    record.key = [UInt8](repeating: 0x6B, count: limit + 1)
    let run = try EngineRun([record], parses: false)
    #expect(run.reasons == ["key_too_long": 1])
    #expect(run.books.read == 1 && run.books.rejected == 1)
    record.key.removeLast()
    #expect(try EngineRun([record], parses: false).books.counted == 1)
  }

  /// A record that brokers take is not always one that they take with headers around it.
  @Test func aLetterIsCutToWhatBrokersTake() throws {
    var record = Input.call("p", rep: "r", at: "2025-03-03T01:00:00Z")
    record.value = try #require(Poison.kinds.first { $0.reason == .tooLarge }).value
    let arena = InputArena([record])
    let letter = arena.records[0].deadLetter(.rejected(reason: "too_large", detail: ""), topic: "t")
    #expect(letter.key == record.key)
    #expect(letter.value == Array(record.value.prefix(DeadLetter.bytesMax - record.key.count)))
    #expect(letter.cutByteCount == record.key.count + record.value.count - DeadLetter.bytesMax)
  }
}
