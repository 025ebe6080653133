import Catalogue
import Core
import Foundation
import Testing

@testable import Service

/// Puts an engine through a case, as the service would: records in, commits, snapshots, restarts.
final class ScriptRunner {
  private let script: ScriptCase
  private let restarts: ScriptRestarts
  private let configuration: Configuration
  private let catalogue: Core.Catalogue
  private var engine: Engine
  private var input: [InputRecord] = []
  private var now: Int64 = 0
  private var ended: Set<Int32> = []
  private var committed: [Int64]?
  private var committedWatermark = Int64.min
  private var snapshot: [UInt8]?
  private var failures: [ScriptFailure] = []

  init(_ script: ScriptCase, _ restarts: ScriptRestarts = .none) throws {
    self.script = script
    self.restarts = restarts
    let yaml = "kafka: { brokers: \"127.0.0.1:1\" }\ninput: { topics: events }\n" + script.catalogue
    let (loaded, diagnostics) = ConfigurationLoader.load(
      yaml: yaml, file: script.path, zoneBytes: ConfigurationFile.zoneBytes)
    guard let loaded else {
      let told = diagnostics.map { $0.text(file: script.path) }.joined(separator: "; ")
      throw ScriptFault("\(script.path):\(script.line): the catalogue is refused: \(told)")
    }
    configuration = loaded
    catalogue = try Core.Catalogue(loaded.catalogue)
    engine = try Engine(
      configuration: loaded, catalogue: catalogue,
      partitions: (0..<script.partitionCount).map { EnginePartition(topicIndex: 0, partition: $0) })
  }

  /// Runs every step and returns where it differs from what is expected.
  func run() throws -> [ScriptFailure] {
    for step in script.steps {
      switch step.action {
      case .record(let record):
        input.append(record)
        ended.remove(record.partition)
        feed(from: input.count - 1)
      case .now(let millis): now = millis
      case .end(let partitions):
        ended.formUnion(partitions.isEmpty ? Array(0..<script.partitionCount) : partitions)
        reachEnds()
      case .commit: try commit(step)
      case .snapshot: snapshot = engine.ledger.encodeState()
      case .restart: try restart(from: snapshot)
      case .restartWithoutSnapshot: try restart(from: nil)
      case .books(let figures): check(figures, step)
      case .watermark(let millis):
        check(
          "watermark " + script.time.text(millis), "watermark " + script.time.text(engine.ledger.watermark),
          step)
      }
    }
    return failures
  }

  // MARK: - Steps

  private func feed(from place: Int) {
    let arena = InputArena(input)
    withExtendedLifetime(arena) {
      arena.records[place...].withUnsafeBufferPointer { engine.process($0) }
    }
  }

  private func reachEnds() {
    for partition in ended { engine.reachedEnd(topicIndex: 0, partition: partition) }
  }

  private func commit(_ step: ScriptStep) throws {
    let watermark = engine.watermark(now: now)
    engine.ledger.advance(to: watermark)
    let positions = engine.slots.map(\.task.position)
    var got: [ScriptUpdate] = []
    if positions != committed || engine.ledger.hasChanges || !engine.deadLetters.isEmpty {
      engine.ledger.publish(watermark: watermark) { got.append(ScriptUpdate($0, catalogue, script.time)) }
      got += engine.deadLetters.map { ScriptUpdate($0) }
      engine.confirm()
      committed = positions
      committedWatermark = engine.ledger.watermark
    }
    compare(got, step)
    switch restarts {
    case .none: return
    case .withSnapshot: snapshot = engine.ledger.encodeState()
    case .withoutSnapshot: break
    case .withOldSnapshot: snapshot = snapshot ?? engine.ledger.encodeState()
    }
    try restart(from: snapshot)
  }

  private func restart(from state: [UInt8]?) throws {
    let partitions = (0..<script.partitionCount).map {
      EnginePartition(topicIndex: 0, partition: $0, publishedUntil: committed?[Int($0)] ?? 0)
    }
    let ledger = Engine.emptyLedger(catalogue: catalogue, topics: configuration.input.topics, partitions)
    if let state { try ledger.decodeState(state) }
    if committed != nil { ledger.settle(watermark: committedWatermark) }
    engine = try Engine(
      configuration: configuration, catalogue: catalogue, partitions: partitions, restored: ledger)
    feed(from: 0)
    reachEnds()
  }

  // MARK: - Comparison

  private func compare(_ got: [ScriptUpdate], _ step: ScriptStep) {
    var rest = got
    for expected in step.expected {
      guard let place = rest.firstIndex(where: { $0.subject == expected.subject }) else {
        let near = got.map(\.text).joined(separator: "\n    ")
        fail(expected.line, expected.text, near.isEmpty ? "nothing" : "no such update among\n    \(near)")
        continue
      }
      let update = rest.remove(at: place)
      let differs =
        update.isTombstone != expected.isTombstone
        || expected.attributes.contains { update.attributes[$0] != $1 }
      if differs { fail(expected.line, expected.text, update.text) }
    }
    for update in rest { fail(step.line, "no more updates", update.text) }
  }

  private func check(_ figures: [String: UInt64], _ step: ScriptStep) {
    let books = engine.ledger.books
    let known = [
      "read": books.read, "counted": books.counted, "duplicate": books.duplicate, "late": books.late,
      "filtered": books.filtered, "rejected": books.rejected,
    ]
    for (name, figure) in figures.sorted(by: { $0.key < $1.key }) {
      check("\(name)=\(figure)", "\(name)=\(known[name].map(String.init) ?? "unknown")", step)
    }
    if !books.isBalanced { fail(step.line, "books that balance", "\(books)") }
  }

  private func check(_ expected: String, _ got: String, _ step: ScriptStep) {
    if got != expected { fail(step.line, expected, got) }
  }

  private func fail(_ line: Int, _ expected: String, _ got: String) {
    failures.append(ScriptFailure(path: script.path, line: line, expected: expected, got: got))
  }
}
