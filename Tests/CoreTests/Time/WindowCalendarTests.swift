import Testing

@testable import Core

@Suite struct WindowCalendarTests {
  static let kinds: [WindowKind] = [
    .tumbling(sizeMillis: 1, offsetMillis: 0), .tumbling(sizeMillis: 900_000, offsetMillis: -1_234),
    .tumbling(sizeMillis: WindowKind.sizeMillisMax, offsetMillis: .max), .hour, .day,
    .week(firstDay: 1), .week(firstDay: 7), .month, .quarter, .year, .fiscalQuarter(firstMonth: 2),
    .fiscalQuarter(firstMonth: 12), .fiscalYear(firstMonth: 1), .fiscalYear(firstMonth: 7),
    .retail(
      RetailCalendar(pattern: .fourFiveFour, firstMonth: 2, firstDay: 7, alignment: .nearest), .period),
    .retail(RetailCalendar(pattern: .fiveFourFour, firstMonth: 9, firstDay: 1, alignment: .last), .year),
    .workingDay(WorkCalendar(weekend: [6, 7], holidays: [])), .dayBlock(count: 4, phase: 0),
    .monthBlock(count: 4, phase: 0),
  ]
  static let zoneNames = [
    "UTC", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns", "Africa/Monrovia",
    "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Casablanca",
  ]

  @Test(arguments: zoneNames)
  func windowsTileTime(zoneName: String) throws {
    let zone = try SystemZone.named(zoneName)
    // Half an hour after going back over midnight, clocks show a day that has ended.
    let aroundTransitions = zone.spanStarts.filter { (0...2_000_000_000_000).contains($0) }
      .flatMap { [$0 - 1, $0, $0 + 1, $0 + 1_800_000] }
    var random = SplitMix(state: 7)
    let anywhere = (0..<100).map { _ in
      Instant.random(in: -5_000_000_000_000...8_000_000_000_000, using: &random)
    }
    for kind in Self.kinds {
      let calendar = WindowCalendar(kind: kind, zone: zone)
      var cursor = WindowCursor(calendar)
      var failures: [Instant] = []
      for instant in aroundTransitions + anywhere {
        let bounds = calendar.bounds(containing: instant)
        let holds =
          bounds.contains(instant) && calendar.bounds(containing: bounds.start) == bounds
          && calendar.bounds(containing: bounds.end - 1) == bounds
          && calendar.next(of: bounds)?.start == bounds.end
          && calendar.previous(of: bounds)?.end == bounds.start
          && cursor.bounds(containing: instant) == bounds
          && calendar.next(of: bounds).map { calendar.label($0) } != calendar.label(bounds)
        if !holds { failures.append(instant) }
      }
      #expect(failures == [], "\(zoneName) \(kind)")
    }
  }

  @Test func allOfTimeIsOneWindow() {
    let calendar = WindowCalendar(kind: .all, zone: .utc)
    #expect(calendar.bounds(containing: 0) == .all)
    #expect(calendar.next(of: .all) == nil)
    #expect(calendar.previous(of: .all) == nil)
    #expect(calendar.label(.all) == "all")
  }

  @Test func noInstantTraps() throws {
    let zone = try SystemZone.named("Europe/London")
    for kind in Self.kinds + [.all] {
      let calendar = WindowCalendar(kind: kind, zone: zone)
      for instant in [Instant.min, .min + 1, -Millis.limit, Millis.limit, .max - 1, .max] {
        let bounds = calendar.bounds(containing: instant)
        #expect(bounds.contains(Millis.clamped(instant)), "\(kind) \(instant)")
        #expect(!calendar.label(bounds).isEmpty)
        _ = (calendar.next(of: bounds), calendar.previous(of: bounds), calendar.previous(of: .all))
      }
    }
  }

  @Test func invalidKindsAreToldApart() {
    #expect(Self.kinds.allSatisfy { $0.isValid })
    let invalid: [WindowKind] = [
      .tumbling(sizeMillis: 0, offsetMillis: 0), .tumbling(sizeMillis: .max, offsetMillis: 0),
      .week(firstDay: 0), .week(firstDay: 8), .fiscalYear(firstMonth: 13), .fiscalQuarter(firstMonth: 0),
      .retail(RetailCalendar(pattern: .fourFourFive, firstMonth: 0, firstDay: 1, alignment: .last), .year),
      .retail(RetailCalendar(pattern: .fourFourFive, firstMonth: 1, firstDay: 8, alignment: .last), .year),
      .workingDay(WorkCalendar(weekend: [1, 2, 3, 4, 5, 6, 7], holidays: [])),
      .workingDay(WorkCalendar(weekend: [], holidays: (0...30).map { CivilDate(daysSinceEpoch: $0) })),
      .dayBlock(count: 0, phase: 0), .monthBlock(count: 0, phase: 0), .session(gapMillis: 0),
      .hopping(sizeMillis: 10, slideMillis: 11, offsetMillis: 0),
      .hopping(sizeMillis: 4_001, slideMillis: 1, offsetMillis: 0),
      .hopping(sizeMillis: 10, slideMillis: 0, offsetMillis: 0), .rolling(count: 0, unit: .day),
      .rolling(count: 4_001, unit: .month), .rolling(count: 2, unit: .week(firstDay: 0)),
      .cumulative(period: .month, step: .week(firstDay: 1)), .cumulative(period: .month, step: .month),
      .cumulative(period: .year, step: .hour),
      .cumulative(
        period: .tumbling(sizeMillis: 60, offsetMillis: 0), step: .tumbling(sizeMillis: 7, offsetMillis: 0)),
      .cumulative(
        period: .tumbling(sizeMillis: 60, offsetMillis: 0), step: .tumbling(sizeMillis: 20, offsetMillis: 7)),
    ]
    #expect(invalid.allSatisfy { !$0.isValid })
  }

  @Test(arguments: [
    ("Europe/London", "2026-03-29", [Int](repeating: 60, count: 23)),
    ("Europe/London", "2026-10-25", [Int](repeating: 60, count: 25)),
    ("Europe/London", "2026-10-26", [Int](repeating: 60, count: 24)),
    // From 02:00 clocks go back to 01:30: half an hour that is cut off at the transition.
    ("Australia/Lord_Howe", "2026-04-05", [60, 60, 30] + [Int](repeating: 60, count: 22)),
    // From 02:00 clocks go on to 02:30.
    ("Australia/Lord_Howe", "2026-10-04", [60, 60, 30] + [Int](repeating: 60, count: 21)),
    // From 00:01 clocks went back to 23:01 of the day before, which had ended and does not begin again.
    ("America/St_Johns", "2006-10-29", [1, 59] + [Int](repeating: 60, count: 24)),
  ])
  func hoursOfADay(zoneName: String, date: String, lengthsMinutes: [Int]) throws {
    let zone = try SystemZone.named(zoneName)
    let day = WindowCalendar(kind: .day, zone: zone)
      .bounds(containing: zone.localStart(of: try #require(CivilDate(date))))
    let hours = WindowCalendar(kind: .hour, zone: zone)
    var lengths: [Int] = []
    var start = day.start
    while start < day.end, lengths.count < 48 {
      let hour = hours.bounds(containing: start)
      #expect(hour.start == start)
      lengths.append(Int((hour.end - hour.start) / 60_000))
      start = hour.end
    }
    #expect(start == day.end)
    #expect(lengths == lengthsMinutes)
  }

  @Test(arguments: [
    (WindowKind.day, "2026-11-24"), (.week(firstDay: 1), "2026-W48"), (.week(firstDay: 7), "2026-11-22"),
    (.month, "2026-11"), (.quarter, "2026-Q4"), (.year, "2026"), (.fiscalYear(firstMonth: 2), "FY2027"),
    (.fiscalQuarter(firstMonth: 2), "FY2027-Q4"), (.fiscalYear(firstMonth: 1), "FY2026"),
    (.fiscalQuarter(firstMonth: 4), "FY2027-Q3"), (.hour, "2026-11-24T09:00:00+08:00"),
    (.tumbling(sizeMillis: 300_000, offsetMillis: 0), "2026-11-24T09:10:00+08:00"),
  ])
  func labels(kind: WindowKind, label: String) throws {
    let calendar = WindowCalendar(kind: kind, zone: try SystemZone.named("Asia/Kuala_Lumpur"))
    let bounds = calendar.bounds(containing: try SystemZone.instant("2026-11-24T01:10:17.250Z"))
    #expect(calendar.label(bounds) == label)
  }
}
