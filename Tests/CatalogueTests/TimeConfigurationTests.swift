import Catalogue
import Core
import Testing

/// Windows, zones, policies and the roster of `good/time.yml`, as values.
struct TimeConfigurationTests {
  private func catalogue() throws -> CatalogueDefinition {
    try #require(Files.load(try Files.text("good", "time.yml"), file: "time.yml").0).catalogue
  }

  @Test func windowKinds() throws {
    let retail = RetailCalendar(pattern: .fourFiveFour, firstMonth: 2, firstDay: 1, alignment: .last)
    let holidays = ["2026-01-01", "2026-12-25"].compactMap { CivilDate($0) }
    let expected: [(String, WindowKind)] = [
      ("day", .day), ("week", .week(firstDay: 7)), ("retail_period", .retail(retail, .period)),
      ("retail_quarter", .retail(retail, .quarter)), ("retail_year", .retail(retail, .year)),
      ("working_day", .workingDay(WorkCalendar(weekend: [5, 6], holidays: holidays))),
      ("last_minute", .hopping(sizeMillis: 60_000, slideMillis: 1_000, offsetMillis: 0)),
      ("shifted", .hopping(sizeMillis: 3_600_000, slideMillis: 900_000, offsetMillis: 300_000)),
      ("plain", .tumbling(sizeMillis: 60_000, offsetMillis: 0)),
      ("rolling_28d", .rolling(count: 28, unit: .day)),
      ("rolling_4w", .rolling(count: 4, unit: .week(firstDay: 7))),
      ("rolling_3mo", .rolling(count: 3, unit: .month)),
      ("month_to_date", .cumulative(period: .month, step: .day)),
      (
        "hour_so_far",
        .cumulative(
          period: .tumbling(sizeMillis: 3_600_000, offsetMillis: 0),
          step: .tumbling(sizeMillis: 600_000, offsetMillis: 0))
      ),
      ("retail_to_date", .cumulative(period: .retail(retail, .quarter), step: .week(firstDay: 1))),
      ("calling_block", .session(gapMillis: 1_800_000)), ("all", .all),
    ]
    let windows = try catalogue().windows
    #expect(windows.map(\.name) == expected.map(\.0))
    for (window, (name, kind)) in zip(windows, expected) { #expect(window.kind == kind, "\(name)") }
  }

  @Test func lives() throws {
    let windows = try catalogue().windows
    func life(_ name: String) -> [Int64]? {
      windows.first { $0.name == name }.map { [$0.graceMillis, $0.retentionMillis] }
    }
    let (hour, day) = (Millis.hour, Millis.day)
    #expect(life("shifted") == [hour, 2 * day])
    #expect(life("rolling_3mo") == [24 * hour, 400 * day])
    #expect(life("rolling_28d") == [24 * hour, 1100 * day])
    #expect(life("last_minute") == [24 * hour, 7 * day])
    #expect(life("hour_so_far") == [24 * hour, 7 * day])
    #expect(life("month_to_date") == [24 * hour, 1100 * day])
    #expect(life("calling_block") == [5 * Millis.minute, 7 * day])
    #expect(life("working_day") == [24 * hour, 1100 * day])
  }

  @Test func zonesAndRoster() throws {
    let catalogue = try catalogue()
    let zones = try #require(catalogue.scopeZones)
    #expect(zones.dimension == "region")
    #expect(zones.scopes == ["region", "team", "rep"])
    #expect(
      zones.zones.mapValues(\.name) == ["my-3": "Asia/Kuala_Lumpur", "uk": "Europe/London"])
    #expect(
      catalogue.roster
        == RosterDefinition(
          scopes: ["rep": .learnt, "team": .declared(["team-1", "team-2"]), "company": .learnt],
          windows: ["day", "week"], horizonMillis: 90 * Millis.day))
    #expect(catalogue.hasTombstones)
  }

  @Test func policies() throws {
    let metrics = try catalogue().metrics
    func metric(_ name: String) throws -> MetricDefinition {
      try #require(metrics.first { $0.name == name }, "\(name)")
    }
    let calls = try metric("calls")
    #expect(calls.zone?.name == "Asia/Tehran")
    #expect(calls.emission == .close && calls.late == .next && !calls.hasZeroRows)
    #expect(calls.windows == ["day", "calling_block"] && calls.scopes == ["rep"])
    #expect(calls.formula == .measure("calls"))
    let winRate = try metric("win_rate")
    #expect(winRate.emission == .interval(millis: 300_000) && winRate.late == .amend && winRate.hasZeroRows)
    // Won and lost deals are rows of one entity by one time, and so have sessions; spend and deals are not.
    #expect(winRate.windows.contains("calling_block"))
    #expect(try !metric("cac").windows.contains("calling_block"))
    #expect(try !metric("cac_prior").windows.contains("all"))
    #expect(try metric("revenue").emission == .interval(millis: 5_000))
    let toDate = try metric("emails_to_date")
    #expect(toDate.windows == ["month_to_date", "hour_so_far"])
    #expect(toDate.emission == .interval(millis: 5_000) && toDate.late == .deadLetter)
    #expect(try metric("growth").emission == .change)
    #expect(try metric("growth").zone == .utc)
  }

  @Test func waitingMetricsSkipWhatNeverCloses() throws {
    let yaml = """
      kafka: { brokers: a }
      input: { topics: t }
      catalogue: { emit: close, windows: [day, all] }
      """
    let metrics = try #require(Files.load(yaml).0).catalogue.metrics
    let calls = try #require(metrics.first { $0.name == "calls" })
    #expect(calls.windows == ["day"] && calls.emission == .close)
    let level = try #require(metrics.first { $0.name == "open_pipeline" })
    #expect(level.windows == ["all"] && level.emission == .change)
  }

  @Test func whatNoSinglePlaceShowsIsReportedToo() throws {
    let names = (1...65).map { "count_\($0)" }
    let yaml = """
      kafka: { brokers: a }
      input: { topics: t }
      catalogue:
        measures: { \(names.map { "\($0): { entity: activity, count: true }" }.joined(separator: ", ")) }
        metrics: { \(names.map { "\($0): {}" }.joined(separator: ", ")) }
      """
    let (configuration, diagnostics) = Files.load(yaml)
    let isRefused = configuration == nil
    #expect(isRefused)
    #expect(diagnostics.map(\.path) == ["catalogue"])
    #expect(diagnostics.first?.message.contains("measures over") == true)
  }
}
