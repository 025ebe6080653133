import Catalogue
import Core
import Formats
import Foundation
import Synchronization
import Testing

@testable import Service

/// Another configuration taken while running: what is shared goes on, what is new begins, nothing else happens.
@Suite struct ReloadTests {
  private static let added = ", metrics: { calls_twice: { formula: calls + calls, windows: [day] } }"
  private static let measured =
    ", measures: { talks: { entity: activity, count: true, where: { kind: [call, meeting] } } }"
    + ", metrics: { talks: { text: Calls and meetings. } }"

  @Test func sharedStateIsUnchangedByAnEngineOfAnotherCatalogue() throws {
    let input = Input.simulated(600)
    let old = try Configurations.make()
    let new = try Configurations.make(catalogue: Self.measured)
    let whole = try EngineRun(input)
    let partitions = (0..<Input.partitionCount).map { EnginePartition(topicIndex: 0, partition: Int32($0)) }
    let first = try Engine(
      configuration: old, catalogue: Core.Catalogue(old.catalogue), partitions: partitions)
    let arena = InputArena(input)
    arena.records[..<300].withUnsafeBufferPointer { first.process($0) }
    first.slots[1].task.isAtEnd = true
    let second = try first.adapted(to: new, catalogue: Core.Catalogue(new.catalogue))
    #expect(second.slots.map(\.task.position) == first.slots.map(\.task.position))
    #expect(second.slots.map(\.task.isAtEnd) == first.slots.map(\.task.isAtEnd))
    #expect(!second.isReplaying)
    arena.records[300...].withUnsafeBufferPointer { second.process($0) }
    #expect(second.ledger.books == whole.books)
    // Back again, all that the first catalogue keeps is as if it had never been left.
    let third = try second.adapted(to: old, catalogue: Core.Catalogue(old.catalogue))
    for partition in partitions { third.reachedEnd(topicIndex: 0, partition: partition.partition) }
    let encoder = UpdateEncoder(catalogue: third.catalogue, source: "/nadi/nadi-test")
    var updates = PublishedUpdates()
    try third.ledger.publishAll(watermark: third.watermark(now: WallClock.nowMillis())) { update in
      encoder.encode(update)
      try updates.set(String(decoding: encoder.key, as: UTF8.self), Data(encoder.value))
    }
    #expect(updates.differences(from: whole.updates) == [])
  }

  @Test(arguments: [Delivery.atLeastOnce, .exactlyOnce])
  func eventsCountOnceAcrossAReload(_ delivery: Delivery) async throws {
    let input = Input.simulated(500)
    let reference = try EngineRun(input)
    let broker = try TestBroker()
    let directory = try TemporaryDirectory()
    func configuration(_ catalogue: String) throws -> Configuration {
      try Configurations.make(
        brokers: broker.cluster.bootstrap, directory: directory.path, delivery: delivery, catalogue: catalogue
      )
    }
    try broker.send(Array(input[..<250]))
    let service = RunningService(try configuration(""), next: try configuration(Self.added))
    try await eventually("half is read, \(service.status)") {
      service.isOver || service.status.books.read >= 200 && service.status.phase == .running
    }
    service.reload()
    try await eventually("the reload") {
      service.isOver || service.recorder.lines.contains { $0.message == "the new configuration is in use" }
    }
    try broker.send(Array(input[250...]))
    try await service.finish(afterReading: reference.books.read)
    #expect(service.status.books == reference.books)
    let updates = try broker.lastUpdates()
    #expect(updates.leavingOut("calls_twice|").differences(from: reference.updates) == [])
    #expect(updates.values.keys.contains { $0.hasPrefix("calls_twice|") })
    #expect(service.shownConfiguration?.catalogue.metrics.contains { $0.name == "calls_twice" } == true)
    #expect(service.status.reloads?.takenCount == 1)
  }

  @Test func whatNeedsANewStartIsRefused() async throws {
    let broker = try TestBroker()
    let directory = try TemporaryDirectory()
    var next = try Configurations.make(brokers: broker.cluster.bootstrap, directory: directory.path)
    next.kafka.group = "another"
    let service = RunningService(
      try Configurations.make(brokers: broker.cluster.bootstrap, directory: directory.path), next: next)
    try await eventually("it runs") { service.isOver || service.status.phase == .running }
    let outcomes = Mutex<[ReloadOutcome]>([])
    for _ in 0..<2 { service.reloads.raise { outcome in outcomes.withLock { $0.append(outcome) } } }
    try await eventually("the refusal") { service.isOver || outcomes.withLock { $0.count } == 2 }
    let outcome = try #require(outcomes.withLock { $0.first })
    #expect(outcomes.withLock { $0 } == [outcome, outcome], "two wishes, and the file was read once")
    #expect(outcome.plan?.isReloadable == false)
    #expect(outcome.refusal?.contains("kafka cannot change while running") == true)
    #expect(service.recorder.lines.count { $0.message.contains("not taken") } == 1)
    #expect(service.shownConfiguration == nil)
    let refusal = try #require(service.recorder.lines.first { $0.message.contains("not taken") })
    #expect(refusal.metadata["reason"]?.contains("kafka cannot change while running") == true)
    try await service.stop()
    let record = try #require(service.status.reloads)
    #expect((record.takenCount, record.refusedCount, record.isLastTaken) == (0, 1, false))
  }

  @Test func thePlanSaysWhatBeginsAndWhatGoesOn() throws {
    let old = try Configurations.make()
    let plan = try ConfigurationPlan(from: old, to: try Configurations.make(catalogue: Self.measured))
    #expect(plan.isReloadable)
    let talks = try #require(plan.metrics.first { $0.metric == "talks" })
    #expect(talks.kind == .added)
    #expect(talks.continuing.isEmpty && !talks.beginning.isEmpty)
    #expect(plan.metrics.count { $0.kind != .unchanged } == 1)
    let derived = try ConfigurationPlan(from: old, to: try Configurations.make(catalogue: Self.added))
    let twice = try #require(derived.metrics.first { $0.metric == "calls_twice" })
    #expect(twice.kind == .added)
    #expect(twice.beginning.isEmpty && !twice.continuing.isEmpty, "what it needs is kept for calls already")
    let back = try ConfigurationPlan(from: try Configurations.make(catalogue: Self.measured), to: old)
    #expect(back.metrics.first { $0.metric == "talks" }?.kind == .removed)
    let narrow = try ConfigurationPlan(
      from: old, to: try Configurations.make(catalogue: ", built_in: [calls]"))
    #expect(narrow.metrics.first { $0.metric == "calls" }?.kind == .unchanged)
    #expect(narrow.metrics.count { $0.kind == .removed } == old.catalogue.metrics.count - 1)
    #expect(try ConfigurationPlan(from: old, to: old).settings.isEmpty)
  }

  /// Sessions and windows made of panes are kept by other parts than they are published by.
  @Test func nothingChangesFromAConfigurationToItself() throws {
    let yaml = """
      kafka: { brokers: "127.0.0.1:1" }
      input: { topics: [sales] }
      state: { directory: /var/lib/nadi }
      catalogue:
        built_in: [calls, deals_won]
        windows: [day, { name: talk, gap: 30m }, { name: hop, size: 1h, slide: 10m }, { name: w, rolling: 7d }]
      """
    let same = try #require(
      ConfigurationLoader.load(yaml: yaml, file: "same", zoneBytes: ConfigurationFile.zoneBytes).0
    )
    let plan = try ConfigurationPlan(from: same, to: same)
    #expect(plan.metrics.map(\.metric).sorted() == ["calls", "deals_won"])
    #expect(plan.metrics.allSatisfy { $0.kind == .unchanged && $0.ending.isEmpty && $0.beginning.isEmpty })
    let engine = try Engine(
      configuration: same, catalogue: Core.Catalogue(same.catalogue),
      partitions: [EnginePartition(topicIndex: 0, partition: 0)])
    let kept = try StateSummary(decoding: engine.ledger.encodeState()).completeSince.keys
    #expect(Set(kept) == (try Core.Catalogue(same.catalogue)).keptIdentities, "no counter is for nothing")
    #expect(try ConfigurationPlan(kept: Set(kept), to: same).metrics.allSatisfy { $0.beginning.isEmpty })
  }

  @Test func aStateIsComparedWithAConfiguration() throws {
    let old = try Configurations.make()
    let partitions = [EnginePartition(topicIndex: 0, partition: 0)]
    let engine = try Engine(
      configuration: old, catalogue: Core.Catalogue(old.catalogue), partitions: partitions)
    let summary = try StateSummary(decoding: engine.ledger.encodeState())
    let plan = try ConfigurationPlan(
      kept: Set(summary.completeSince.keys), to: try Configurations.make(catalogue: Self.measured))
    #expect(plan.metrics.first { $0.metric == "talks" }?.kind == .added)
    #expect(plan.metrics.first { $0.metric == "calls" }?.kind == .unchanged)
    #expect(throws: SnapshotFault.self) { try StateSummary(decoding: [1, 2, 3]) }
  }
}
