import Testing

@testable import Core

/// States as bytes: damaged ones, and those of another catalogue.
@Suite struct SnapshotTests {
  /// A small state with every kind of part in it.
  private static func smallRun() throws -> SampleRun {
    var options = SampleCatalogue.Options()
    options.windows = ["day", "all"]
    options.scopes = ["company", "rep", "team"]
    options.metrics = [
      "calls", "median", "revenue", "open_value", "new_customers", "activities_per_win", "dwell",
    ]
    let run = SampleRun(try SampleCatalogue.compiled(options), partitions: 1)
    let call: [String: SampleValue] = [
      "kind": .text("call"), "ownerId": .text("anna"), "teamId": .text("north"),
      "minutes": .number(2_000_000),
      "opportunityId": .text("deal-1"),
    ]
    let deal: [String: SampleValue] = [
      "ownerId": .text("anna"), "teamId": .text("north"), "status": .text("open"), "stage": .text("new"),
      "amount": .number(9_000_000), "currency": .text("EUR"), "accountId": .text("acme"),
    ]
    let start = SampleWorld.start
    run.feed(SampleEvent("activity", id: "event-1", at: start, call))
    run.feed(SampleEvent("activity", id: "event-2", entityId: "call-1", at: start + 1, call))
    run.feed(SampleEvent("opportunity", id: "event-3", entityId: "deal-1", at: start + 2, deal))
    run.feed(
      SampleEvent("opportunity", id: "event-4", entityId: "deal-1", at: start + 3, ["status": .text("won")]))
    run.publish()
    return run
  }

  /// Whether the bytes were taken as a state; a state is encoded again and published.
  private static func takes(_ bytes: [UInt8], _ catalogue: Catalogue) -> Bool {
    let run = SampleRun(catalogue, partitions: 1)
    do {
      try run.ledger.decodeState(bytes)
    } catch {
      return false
    }
    _ = run.ledger.encodeState()
    _ = run.publishAll()
    return true
  }

  @Test func restoresToTheSameBytes() throws {
    let run = try Self.smallRun()
    let bytes = run.ledger.encodeState()
    #expect(try run.restored().ledger.encodeState() == bytes)
    #expect(try SampleRun.difference(run.restored().publishAll(), run.publishAll()) == nil)
    let tasks = try run.restored().ledger.tasks
    #expect(tasks.map(\.topic) == ["events"] && tasks.map(\.position) == [4])
  }

  @Test func everyTruncationIsRefused() throws {
    let run = try Self.smallRun()
    let bytes = run.ledger.encodeState()
    // Without the list of windows at its end it is a state as it was until format 3.
    let former = bytes.count - 4 - run.catalogue.windows.count * 24
    for count in 0..<bytes.count where count != former {
      #expect(
        !Self.takes(Array(bytes[..<count]), run.catalogue), "\(count) of \(bytes.count) bytes were a state")
    }
    #expect(!Self.takes(bytes + [0], run.catalogue))
  }

  /// Bytes whose damage no checksum caught must not end the process.
  @Test func noSingleDamagedByteEndsTheProcess() async {
    await #expect(processExitsWith: .success) {
      let run = try SnapshotTests.smallRun()
      let bytes = run.ledger.encodeState()
      for (place, byte) in bytes.enumerated() {
        for pattern in [0x01, 0x80, 0xFF] as [UInt8] {
          var damaged = bytes
          damaged[place] = byte ^ pattern
          _ = SnapshotTests.takes(damaged, run.catalogue)
        }
      }
    }
  }

  private static func catalogue(
    _ metrics: Set<String>, _ change: (inout CatalogueDefinition) -> Void = { _ in }
  ) throws -> Catalogue {
    var options = SampleCatalogue.Options()
    options.windows = ["day", "all"]
    options.metrics = metrics
    var definition = SampleCatalogue.definition(options)
    change(&definition)
    return try Catalogue(definition)
  }

  private static func fed(_ catalogue: Catalogue) -> SampleRun {
    let run = SampleRun(catalogue, partitions: 2)
    for (partition, event) in SampleWorld.events(seed: 401, count: 200, partitions: 2) {
      run.feed(event, partition: partition)
    }
    run.publish()
    return run
  }

  private static let some: Set<String> = [
    "calls", "minutes", "median", "won", "revenue", "open", "cycle_days",
  ]

  @Test func removedMetricsLeaveTheOthers() throws {
    let run = Self.fed(try Self.catalogue(Self.some))
    let all = run.publishAll()
    for removed in Self.some.sorted() {
      let other = try run.restored(try Self.catalogue(Self.some.subtracting([removed])))
      let expected = all.filter { $0.key.metric != removed }
      // Revisions count the changes of all measures that share a row; they stay as they were.
      #expect(SampleRun.difference(other.publishAll(), expected) == nil, "without \(removed)")
    }
  }

  @Test func aNewMetricSaysSinceWhenItIsComplete() throws {
    let run = Self.fed(try Self.catalogue(Self.some))
    let all = run.publishAll()
    let other = try run.restored(try Self.catalogue(Self.some.union(["created", "longest"])))
    let call = SampleEvent(
      "activity", at: run.ledger.streamTime, ["kind": .text("call"), "minutes": .number(3_000_000)])
    other.feed(call)
    other.publish()
    let numbers = other.publishAll()
    let longest = NumberKey(metric: "longest", scope: "company", window: "all", start: .min)
    #expect(try #require(numbers[longest]).completeSince == run.ledger.streamTime)
    #expect(try #require(numbers[longest]).millionths == 3_000_000)
    for (key, value) in all where ["won", "revenue", "open"].contains(key.metric) {
      #expect(numbers[key]?.value == value.value, "\(key)")
      #expect(numbers[key]?.completeSince == .min && value.completeSince == .min)
    }
    // It is remembered over the next restart.
    #expect(try #require(other.restored().publishAll()[longest]).completeSince == run.ledger.streamTime)
  }

  @Test func aChangedMeasureBeginsAnewAndTheOthersStay() throws {
    let run = Self.fed(try Self.catalogue(Self.some))
    let all = run.publishAll()
    let changed = try Self.catalogue(Self.some) { definition in
      for place in definition.measures.indices where definition.measures[place].name == "calls" {
        definition.measures[place].filter = [PredicateDefinition("kind", .oneOf(["call", "email"]))]
      }
    }
    let other = try run.restored(changed)
    let numbers = other.publishAll()
    #expect(SampleRun.difference(numbers, all.filter { $0.key.metric != "calls" }) == nil)
    let key = NumberKey(metric: "calls", scope: "company", window: "all", start: .min)
    other.feed(SampleEvent("activity", at: run.ledger.streamTime, ["kind": .text("email")]))
    other.publish()
    #expect(other.latest[key]?.completeSince == run.ledger.streamTime)
    #expect(other.latest[key]?.millionths == 1_000_000)
  }

  /// A metric that gets another window is not complete in it from the beginning.
  @Test func aNewWindowSaysSinceWhenItIsComplete() throws {
    let run = Self.fed(try Self.catalogue(["calls"]))
    var options = SampleCatalogue.Options()
    options.windows = ["day", "month", "all"]
    options.metrics = ["calls"]
    let other = try run.restored(try SampleCatalogue.compiled(options))
    other.feed(SampleEvent("activity", at: run.ledger.streamTime, ["kind": .text("call")]))
    other.publish()
    let numbers = other.publishAll()
    let month = try #require(numbers.first { $0.key.window == "month" && $0.key.scope == "company" }).value
    let day = try #require(numbers.first { $0.key.window == "day" && $0.key.scope == "company" }).value
    #expect(day.completeSince == .min)
    #expect(month.completeSince == run.ledger.streamTime)
  }
}
