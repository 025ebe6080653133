@testable import Core

/// Every kind of window, with the number of cases for each zone: fewer where a case has hundreds of windows.
enum WindowLawKinds {
  static let all: [(kind: WindowKind, count: Int)] = tiling + retail + overlapping + cumulative

  private static let tiling: [(WindowKind, Int)] = [
    (.tumbling(sizeMillis: 1, offsetMillis: 0), 100), (.tumbling(sizeMillis: 60_000, offsetMillis: 0), 300),
    (.tumbling(sizeMillis: 900_000, offsetMillis: -1_234), 300),
    (.tumbling(sizeMillis: WindowKind.sizeMillisMax, offsetMillis: .max), 50), (.hour, 500), (.day, 700),
    (.week(firstDay: 1), 400), (.week(firstDay: 7), 300), (.month, 500), (.quarter, 300), (.year, 300),
    (.fiscalQuarter(firstMonth: 2), 200), (.fiscalQuarter(firstMonth: 12), 200),
    (.fiscalYear(firstMonth: 1), 200), (.fiscalYear(firstMonth: 7), 200),
    (.workingDay(WorkCalendar(weekend: [6, 7], holidays: holidays)), 400),
    (.workingDay(WorkCalendar(weekend: [5], holidays: holidays)), 300),
    (.dayBlock(count: 4, phase: 0), 200), (.dayBlock(count: 28, phase: 3), 200),
    (.monthBlock(count: 4, phase: 0), 200), (.all, 10),
  ]

  /// Some of each year, and breaks of a few days around changes of clocks.
  private static let holidays = (1969...2037).flatMap { year in
    [(1, 1), (3, 28), (3, 29), (10, 24), (10, 27), (12, 25), (12, 29)]
      .compactMap { CivilDate(year: year, month: $0.0, day: $0.1) }
  }

  private static let retail = RetailCalendar.Pattern.allCases.flatMap { pattern in
    RetailCalendar.Alignment.allCases.flatMap { alignment in
      RetailCalendar.Part.allCases.map { part in
        let calendar = RetailCalendar(
          pattern: pattern, firstMonth: pattern == .fourFiveFour ? 1 : 2,
          firstDay: alignment == .nearest ? 7 : 1, alignment: alignment)
        return (kind: WindowKind.retail(calendar, part), count: 60)
      }
    }
  }

  private static let overlapping: [(WindowKind, Int)] = [
    (.hopping(sizeMillis: 60_000, slideMillis: 1_000, offsetMillis: 0), 100),
    (.hopping(sizeMillis: 3_600_000, slideMillis: 900_000, offsetMillis: 300_000), 400),
    (.hopping(sizeMillis: 100, slideMillis: 7, offsetMillis: 3), 300),
    (.hopping(sizeMillis: 1_000, slideMillis: 1_000, offsetMillis: 0), 200),
    (.hopping(sizeMillis: 7 * Millis.day, slideMillis: Millis.day, offsetMillis: -5), 300),
    (.rolling(count: 1, unit: .day), 200), (.rolling(count: 7, unit: .day), 400),
    (.rolling(count: 28, unit: .day), 60), (.rolling(count: 90, unit: .day), 10),
    (.rolling(count: 4, unit: .week(firstDay: 7)), 200), (.rolling(count: 13, unit: .week(firstDay: 1)), 60),
    (.rolling(count: 3, unit: .month), 300), (.rolling(count: 12, unit: .month), 100),
    (.session(gapMillis: 1_800_000), 300),
  ]

  private static let retailYear = RetailCalendar(
    pattern: .fourFourFive, firstMonth: 2, firstDay: 6, alignment: .last)

  private static let cumulative: [(WindowKind, Int)] = [
    (.cumulative(period: .day, step: .hour), 100), (.cumulative(period: .week(firstDay: 1), step: .day), 200),
    (.cumulative(period: .week(firstDay: 1), step: .hour), 10),
    (.cumulative(period: .month, step: .day), 100), (.cumulative(period: .month, step: .hour), 2),
    (.cumulative(period: .quarter, step: .day), 10), (.cumulative(period: .quarter, step: .month), 200),
    (.cumulative(period: .year, step: .month), 100), (.cumulative(period: .year, step: .day), 3),
    (.cumulative(period: .fiscalQuarter(firstMonth: 2), step: .day), 10),
    (.cumulative(period: .fiscalYear(firstMonth: 7), step: .month), 60),
    (.cumulative(period: .retail(retailYear, .quarter), step: .week(firstDay: 6)), 60),
    (.cumulative(period: .retail(retailYear, .period), step: .day), 60),
    (.cumulative(period: .retail(retailYear, .year), step: .day), 3),
    (.cumulative(period: .retail(retailYear, .year), step: .week(firstDay: 6)), 20),
    (
      .cumulative(
        period: .tumbling(sizeMillis: 3_600_000, offsetMillis: 60_000),
        step: .tumbling(sizeMillis: 600_000, offsetMillis: 60_000)), 300
    ),
    (
      .cumulative(
        period: .tumbling(sizeMillis: Millis.day, offsetMillis: 0),
        step: .tumbling(sizeMillis: 60_000, offsetMillis: 0)), 2
    ),
  ]
}
