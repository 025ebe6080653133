import Testing

@testable import Core

/// Another catalogue takes nothing over that means something else in it.
@Suite struct OtherMeaningTests {
  private static let day = SampleCatalogue.day
  private static let start = SampleWorld.start

  private static func catalogue(
    metrics: Set<String>, retentionMillis: Int64 = SampleCatalogue.forever,
    _ change: (inout CatalogueDefinition) -> Void = { _ in }
  ) throws -> Catalogue {
    var options = SampleCatalogue.Options()
    options.windows = ["day", "all"]
    options.scopes = ["company", "rep", "rep_kind"]
    options.metrics = metrics
    options.retentionMillis = retentionMillis
    options.graceMillis = 0
    var definition = SampleCatalogue.definition(options)
    change(&definition)
    return try Catalogue(definition)
  }

  private static func call(_ offset: Int64, _ kind: String, _ status: String) -> SampleEvent {
    SampleEvent(
      "activity", at: start + offset,
      ["kind": .text(kind), "status": .text(status), "ownerId": .text("anna"), "minutes": .number(1_000_000)])
  }

  private static func won(_ offset: Int64, _ amount: Int64, status: String = "won") -> SampleEvent {
    SampleEvent(
      "opportunity", entityId: "o", at: start + offset,
      [
        "status": .text(status), "closedAt": .number(start), "ownerId": .text("anna"),
        "amount": .number(amount), "currency": .text("EUR"),
      ])
  }

  @Test func aDimensionOfAnotherFieldBeginsAnew() throws {
    let run = SampleRun(try Self.catalogue(metrics: ["minutes"]), partitions: 1)
    for offset in 0..<3 { run.feed(Self.call(Int64(offset), "call", "x")) }
    run.publish()
    let other = try run.restored(
      try Self.catalogue(metrics: ["minutes"]) { definition in
        for place in definition.dimensions.indices where definition.dimensions[place].name == "kind" {
          definition.dimensions[place].fields["activity"] = "status"
        }
      })
    other.feed(Self.call(5, "x", "call"))
    other.publish()
    let numbers = other.latest.filter { $0.key.window == "all" }
    let pairs = numbers.filter { $0.key.scope == "rep_kind" }.map(\.value)
    #expect(pairs.map(\.millionths) == [1_000_000], "three were of another kind")
    #expect(pairs.map(\.completeSince) == [Self.start + 2])
    let others = numbers.filter { $0.key.scope != "rep_kind" }.map(\.value)
    #expect(others.map(\.millionths) == [4_000_000, 4_000_000])
    #expect(others.allSatisfy { $0.completeSince == .min })
  }

  /// By a longer retention nothing comes back that was dropped, nor half of it.
  @Test(arguments: [1, 2]) func aDroppedWindowStaysDropped(_ restarts: Int) throws {
    let metrics: Set<String> = ["won", "revenue", "calls"]
    var run = SampleRun(try Self.catalogue(metrics: metrics, retentionMillis: 7 * Self.day), partitions: 1)
    run.feed(Self.won(0, 100_000_000))
    run.publish()
    func isOfTheDay(_ number: (key: NumberKey, value: NumberValue)) -> Bool {
      number.key.window == "day" && number.key.start <= Self.start && number.key.metric != "calls"
    }
    run.feed(Self.call(50 * Self.day, "call", "x"))
    run.publish()
    run.publish()
    let ofDay = run.latest.filter(isOfTheDay)
    #expect(ofDay.values.contains { $0.millionths == 100_000_000 })
    for _ in 0..<restarts { run = try run.restored(try Self.catalogue(metrics: metrics)) }
    run.feed(Self.won(51 * Self.day, 150_000_000))
    run.publish()
    #expect(run.latest.filter(isOfTheDay) == ofDay, "it was told once, and is not told again")
    let revenue = run.latest.first { $0.key.window == "all" && $0.key.metric == "revenue" }?.value
    #expect(revenue?.millionths == 150_000_000 && revenue?.completeSince == .min)
    // What comes after is kept for as long as it says now.
    run.feed(Self.call(90 * Self.day, "call", "x"))
    run.publish()
    run.publish()
    run.feed(
      SampleEvent(
        "opportunity", entityId: "p", at: Self.start + 91 * Self.day,
        ["status": .text("won"), "closedAt": .number(Self.start + 51 * Self.day), "ownerId": .text("anna")]))
    run.publish()
    #expect(run.latest.contains { $0.key.metric == "won" && $0.key.start > Self.start + 50 * Self.day })
  }

  /// What comes for a window that was dropped is late for it, however long it is kept by now, and counts in others.
  @Test(arguments: [.day] + overlapping) func whatADroppedWindowRefusesIsSaid(_ kind: WindowKind) throws {
    let run = SampleRun(try Self.overlapping(kind, graceMillis: 0, retentionMillis: 2 * Self.day))
    run.feed(Self.call(0, "call", "x"))
    run.feed(Self.won(1, 100_000_000))
    for offset: Int64 in [100, 101] {
      run.feed(Self.call(offset * Self.day, "call", "x"))
      run.publish()
    }
    let longer = try run.restored(
      try Self.overlapping(kind, graceMillis: 150 * Self.day, retentionMillis: 200 * Self.day))
    let late = longer.feed(Self.call(2, "call", "x"))
    guard case .late(let window, _) = late else {
      Issue.record("a call of a window that is gone was \(late)")
      return
    }
    #expect(longer.catalogue.windows[window].name == "day")
    #expect(longer.feed(Self.call(100 * Self.day + 1, "call", "x")) == .counted)
    longer.publish()
    #expect(longer.number("calls") == 5_000_000)
    #expect(longer.ledger.books.isBalanced && longer.ledger.books.late == 1)
  }

  private static let overlapping: [WindowKind] = [
    .hopping(sizeMillis: 2 * day, slideMillis: day, offsetMillis: 0), .rolling(count: 9, unit: .day),
    .cumulative(period: .month, step: .day), .session(gapMillis: 3 * day),
  ]

  private static func overlapping(_ kind: WindowKind, graceMillis: Int64, retentionMillis: Int64) throws
    -> Catalogue
  {
    try catalogue(metrics: ["calls", "minutes"], retentionMillis: retentionMillis) { definition in
      for place in definition.windows.indices where definition.windows[place].name == "day" {
        definition.windows[place].kind = kind
        definition.windows[place].graceMillis = graceMillis
      }
    }
  }

  /// The panes of a window are kept when it is to be kept, or to be corrected, for longer or shorter.
  @Test(arguments: overlapping, [(0, 30), (2, 20), (2, 30), (1, 10)])
  func panesOutliveAChange(_ kind: WindowKind, _ days: (grace: Int64, retention: Int64)) throws {
    let before = try Self.overlapping(kind, graceMillis: Self.day, retentionMillis: 20 * Self.day)
    let after = try Self.overlapping(
      kind, graceMillis: days.grace * Self.day, retentionMillis: days.retention * Self.day)
    let whole = SampleRun(after)
    var changed = SampleRun(before)
    for (number, offset) in [0, 1, 2, 4, 5].enumerated() {
      if number == 3 { changed = try changed.restored(after) }
      for run in [whole, changed] {
        run.feed(Self.call(Int64(offset) * Self.day + 1, "call", "x"))
        run.publish()
      }
    }
    #expect(whole.latest.keys.contains { $0.window == "day" })
    for (key, value) in whole.latest {
      // By a shorter grace a window may have become final while nobody looked.
      if days.grace > 0 { #expect(changed.latest[key]?.agrees(with: value) == true, "\(key)") }
      #expect(changed.latest[key]?.value == value.value, "\(key)")
      #expect(changed.latest[key]?.completeSince == .min, "\(key)")
    }
    #expect(changed.latest.count == whole.latest.count)
  }

  /// A session that has not closed keeps its beginning, however long ago that was by the shorter retention.
  @Test func aLongSessionOutlivesAChange() throws {
    let run = SampleRun(
      try Self.overlapping(.session(gapMillis: 3 * Self.day), graceMillis: 0, retentionMillis: 4 * Self.day))
    func feed(_ run: SampleRun, _ days: ClosedRange<Int64>) {
      for offset in days {
        run.feed(Self.call(offset * Self.day, "call", "x"))
        run.publish()
      }
    }
    feed(run, 0...20)
    let longer = try run.restored(
      try Self.overlapping(.session(gapMillis: 3 * Self.day), graceMillis: 0, retentionMillis: 40 * Self.day))
    feed(longer, 21...21)
    #expect(longer.number("calls", window: "day", start: Self.start) == 22_000_000)
  }

  /// Where panes were dropped, windows that would hold half of them are not told again.
  @Test(arguments: overlapping) func aDroppedPaneStaysDropped(_ kind: WindowKind) throws {
    let before = try Self.overlapping(kind, graceMillis: 0, retentionMillis: 2 * Self.day)
    var run = SampleRun(before)
    for offset in 0..<12 { run.feed(Self.won(Int64(offset), 100_000_000)) }
    run.feed(Self.call(1, "call", "x"))
    run.publish()
    for offset in [100, 101] {
      run.feed(Self.call(Int64(offset) * Self.day, "call", "x"))
      run.publish()
    }
    let told = run.latest.filter { $0.key.window == "day" && $0.key.start < Self.start + 60 * Self.day }
    #expect(!told.isEmpty)
    run = try run.restored(
      try Self.overlapping(kind, graceMillis: 150 * Self.day, retentionMillis: 200 * Self.day))
    run.feed(Self.call(2, "call", "x"))
    run.publish()
    #expect(
      run.latest.filter { $0.key.window == "day" && $0.key.start < Self.start + 60 * Self.day } == told,
      "it was told once, and is not told again")
  }

  @Test func aFieldOfAnotherTypeIsNotTaken() throws {
    func catalogue(_ type: FieldType) throws -> Catalogue {
      try Self.catalogue(metrics: ["revenue", "won"]) { definition in
        for entity in definition.entities.indices where definition.entities[entity].name == "opportunity" {
          for field in definition.entities[entity].fields.indices
          where definition.entities[entity].fields[field].name == "amount" {
            definition.entities[entity].fields[field].type = type
          }
        }
        if type != .decimal {
          definition.metrics.removeAll { $0.name == "revenue" }
          for place in definition.measures.indices where definition.measures[place].name == "won" {
            definition.measures[place].filter.append(PredicateDefinition("amount", .present))
          }
        }
      }
    }
    let run = SampleRun(try catalogue(.decimal), partitions: 1)
    run.feed(Self.won(0, 100_000_000))
    run.publish()
    let task = try #require(try run.restored(try catalogue(.time)).ledger.tasks.first)
    let entity = try #require(task.catalogue.entity("opportunity"))
    let field = try #require(task.catalogue.entities[entity].fields.firstIndex { $0.name == "amount" })
    #expect(task.tables[entity].view(0).values[field] == FieldValue.absent)
    let same = try #require(try run.restored(try catalogue(.decimal)).ledger.tasks.first)
    let place = try #require(same.catalogue.entities[entity].fields.firstIndex { $0.name == "amount" })
    #expect(same.tables[entity].view(0).values[place] == 100_000_000)
  }
}
