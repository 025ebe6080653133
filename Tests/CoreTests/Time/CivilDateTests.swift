import Testing

@testable import Core

@Suite struct CivilDateTests {
  @Test func roundTripOverEightCenturies() {
    // Counts days one by one, knowing only the lengths of months.
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var days = -135_140
    var weekday = 6
    var failures = 0
    for year in 1600...2400 {
      let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
      for month in 1...12 {
        let length = month == 2 && isLeap ? 29 : lengths[month - 1]
        if CivilDate.daysIn(month: month, year: year) != length { failures += 1 }
        if CivilDate(year: year, month: month, day: length + 1) != nil { failures += 1 }
        for day in 1...length {
          let date = CivilDate(daysSinceEpoch: days)
          let isSame = date.year == year && date.month == month && date.day == day
          if !isSame || date.daysSinceEpoch != days || date.weekday != weekday { failures += 1 }
          days += 1
          weekday = weekday % 7 + 1
        }
      }
    }
    #expect(failures == 0)
    #expect(CivilDate(daysSinceEpoch: 0) == CivilDate(year: 1970, month: 1, day: 1))
  }

  @Test func roundTripFarFromTheEpoch() {
    var random = SplitMix(state: 5)
    for _ in 0..<20_000 {
      let days = Int.random(in: -104_000_000_000...104_000_000_000, using: &random)
      let date = CivilDate(daysSinceEpoch: days)
      let isReal = CivilDate(year: date.year, month: date.month, day: date.day) != nil
      if !isReal || date.daysSinceEpoch != days { Issue.record("day \(days)") }
    }
  }

  @Test func readsAndWritesText() throws {
    let date = try #require(CivilDate("2024-02-29"))
    #expect(date == CivilDate(year: 2024, month: 2, day: 29))
    #expect(date.description == "2024-02-29")
    #expect(date.adding(days: 366).description == "2025-03-01")
    #expect(CivilDate("0001-01-01")?.description == "0001-01-01")
    #expect(CivilDate("9999-12-31")?.description == "9999-12-31")
    for text in [
      "2023-02-29", "2024-13-01", "2024-00-10", "2024-01-00", "0000-01-01", "2024-1-01", "", "2024-01-01T",
    ] {
      #expect(CivilDate(text) == nil, "\(text)")
    }
  }

  @Test func writesYearsOfMoreDigits() {
    #expect(CivilDate(daysSinceEpoch: 2_932_897).description == "+10000-01-01")
    #expect(CivilDate(daysSinceEpoch: -719_529).description == "-0001-12-31")
    #expect(CivilDate(year: 0, month: 1, day: 1)?.description == "0000-01-01")
    #expect(CivilDate(year: 123_456, month: 7, day: 8)?.description == "+123456-07-08")
  }

  @Test(arguments: [
    ("2026-11-24", 2026, 48), ("2021-01-03", 2020, 53), ("2021-01-04", 2021, 1), ("2024-12-30", 2025, 1),
    ("2026-12-31", 2026, 53), ("2027-01-03", 2026, 53),
  ])
  func isoWeeks(text: String, year: Int, week: Int) throws {
    let found = try #require(CivilDate(text)).isoWeek
    #expect(found.year == year && found.week == week)
  }
}
