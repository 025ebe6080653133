import Testing

@testable import Core

/// Random events against a plain recomputation.
@Suite struct ModelTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let seed: UInt64
    let partitions: Int
    let isSummer: Bool
    let windows: [String]
    let scopes: [String]
    var testDescription: String { "seed \(seed), \(partitions) partitions, \(windows)" }
  }

  private static let all = ["rep", "team", "region", "company", "rep_kind", "team_source"]

  /// All but those of derived rows, which have their own tests.
  private static let metrics: Set<String> = [
    "calls", "minutes", "reps", "longest", "shortest", "median", "created", "created_value", "won", "lost",
    "revenue",
    "won_current", "won_actor", "open", "open_value", "spend", "average_minutes", "win_rate", "average_deal",
    "cycle_days",
  ]

  static let cases: [Case] = [
    Case(seed: 1, partitions: 1, isSummer: false, windows: ["minute", "day", "all"], scopes: all),
    Case(
      seed: 2, partitions: 2, isSummer: true, windows: ["quarter_hour", "day", "month", "all"], scopes: all),
    Case(
      seed: 3, partitions: 3, isSummer: true, windows: ["day", "month", "all"], scopes: ["company", "rep"]),
    Case(
      seed: 4, partitions: 4, isSummer: false, windows: ["all"], scopes: ["team", "team_source", "company"]),
    Case(
      seed: 5, partitions: 2, isSummer: false, windows: ["minute", "quarter_hour"],
      scopes: ["company", "rep_kind"]),
    Case(seed: 6, partitions: 4, isSummer: false, windows: ["minute", "day", "all"], scopes: all),
    Case(seed: 7, partitions: 1, isSummer: true, windows: ["day", "month", "all"], scopes: all),
  ]

  @Test(arguments: cases) func everyNumberIsThatOfTheRecomputation(_ test: Case) throws {
    var options = SampleCatalogue.Options()
    options.zone = test.isSummer ? try SampleZone.summer() : .utc
    options.windows = test.windows
    options.scopes = test.scopes
    options.metrics = Self.metrics
    try expectAgreement(test, options)
  }

  /// A metric of the window before exists wherever that window has something to say.
  @Test(arguments: [2, 3] as [UInt64]) func theWindowBeforeIsThatOfTheRecomputation(_ seed: UInt64) throws {
    var options = SampleCatalogue.Options()
    options.windows = ["quarter_hour", "day", "month"]
    options.scopes = ["company"]
    options.metrics = ["won", "spend", "prior_spend_per_win"]
    let test = Case(
      seed: seed, partitions: Int(seed), isSummer: false, windows: options.windows, scopes: options.scopes)
    try expectAgreement(test, options)
  }

  private func expectAgreement(_ test: Case, _ options: SampleCatalogue.Options) throws {
    let run = SampleRun(try SampleCatalogue.compiled(options), partitions: test.partitions)
    let windows = test.windows.contains("all") ? test.windows : test.windows + ["all"]
    var model = NaiveModel(
      calendar: NaiveCalendar(isSummer: test.isSummer), windows: windows, graceMillis: options.graceMillis,
      partitions: test.partitions)
    var random = SplitMix(state: test.seed)
    for (partition, event) in SampleWorld.events(seed: test.seed, count: 600, partitions: test.partitions) {
      run.feed(event, partition: partition)
      model.take(event, partition)
      let roll = Int.random(in: 0..<40, using: &random)
      if roll < 4 { run.flush() }
      if roll < 2 { run.publish() }
    }
    model.finish()
    run.publish()
    compare(run, model, options, "seed \(test.seed)")
  }

  private func compare(
    _ run: SampleRun, _ model: NaiveModel, _ options: SampleCatalogue.Options, _ note: String
  ) {
    let published = run.latest
    let all = run.publishAll()
    let present = Set(all.keys)
    for key in model.requiredKeys() where !present.contains(key) {
      let isKept = options.scopes.contains(key.scope) && (options.windows + ["all"]).contains(key.window)
      let isWanted = run.catalogue.metrics.first { $0.name == key.metric }.map { metric in
        let window = run.catalogue.windows.firstIndex { $0.name == key.window } ?? 0
        return metric.windows[window]
      }
      if isKept, isWanted ?? false { Issue.record("\(note): \(key) is missing") }
    }
    for (key, value) in all {
      #expect(value.millionths == model.expected(key), "\(note): \(key)")
      // What came and went between two publications was never published and is empty.
      let isEmpty = value.millionths == nil || value.millionths == 0
      #expect(published[key]?.agrees(with: value) ?? isEmpty, "\(note): \(key) was last published otherwise")
    }
    #expect(run.fallenRevisions.isEmpty, "\(note): \(run.fallenRevisions.first ?? "")")
    var books = run.ledger.books
    books.retractions = 0
    // Which events are late depends on the measures that are kept.
    if options.metrics == Self.metrics { #expect(books == model.books, "\(note)") }
    #expect(books.isBalanced && books.read == model.books.read, "\(note)")
    #expect(all.count > 100, "\(note): only \(all.count) numbers")
  }
}
