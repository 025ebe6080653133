@testable import Core

/// A kind of window for the laws, with its arithmetic done once more the plain way.
enum LawKind {
  case tumbling(size: Int64, offset: Int64)
  case hopping(size: Int64, slide: Int64, offset: Int64)
  case hour, day
  case week(Int)
  case months(Int, first: Int)
  case workingDay([Int])
  case retail(RetailCalendar)
  case rollingDays(Int)
  case rollingWeeks(Int, Int)
  case rollingMonths(Int)
  case steps(size: Int64, step: Int64)
  case hoursOfDay
  case daysOfWeek(Int)
  case daysOfMonth, monthsOfQuarter
  case session(Int64)
  case all

  typealias Interval = (start: Int64, end: Int64)

  static func random(_ generator: inout SplitMix, mayOverlap: Bool) -> LawKind {
    let minute: Int64 = 60_000
    let weekday = Int.random(in: 1...7, using: &generator)
    func size(_ choices: [Int64]) -> Int64 {
      choices.randomElement(using: &generator).map { $0 * minute } ?? minute
    }
    switch Int.random(in: 0..<(mayOverlap ? 18 : 9), using: &generator) {
    case 0: return .tumbling(size: size([7, 15, 60, 1_440]), offset: size([0, 3, 5]))
    case 1: return .hour
    case 2: return .day
    case 3: return .week(weekday)
    case 4: return .months([1, 3, 12].randomElement(using: &generator) ?? 1, first: 0)
    case 5:
      return .months(
        [3, 12].randomElement(using: &generator) ?? 3, first: Int.random(in: 0..<12, using: &generator))
    case 6: return .workingDay(Bool.random(using: &generator) ? [6, 7] : [5, 6])
    case 7:
      return .retail(
        RetailCalendar(
          pattern: RetailCalendar.Pattern.allCases.randomElement(using: &generator) ?? .fourFourFive,
          firstMonth: Int.random(in: 1...12, using: &generator), firstDay: weekday,
          alignment: Bool.random(using: &generator) ? .nearest : .last))
    case 8: return .session(size([20, 45, 180]))
    case 9, 10:
      let slide = size([5, 10, 15])
      return .hopping(
        size: slide * Int64.random(in: 2...12, using: &generator)
          + (Bool.random(using: &generator) ? slide / 5 : 0),
        slide: slide, offset: size([0, 1, 2]))
    case 11: return .rollingDays(Int.random(in: 2...10, using: &generator))
    case 12: return .rollingWeeks(Int.random(in: 2...3, using: &generator), weekday)
    case 13: return .rollingMonths(Int.random(in: 2...4, using: &generator))
    case 14: return .steps(size: size([60, 120]), step: size([10, 20]))
    case 15: return Bool.random(using: &generator) ? .hoursOfDay : .daysOfWeek(weekday)
    case 16: return .daysOfMonth
    default: return .monthsOfQuarter
    }
  }

  var core: WindowKind {
    switch self {
    case .tumbling(let size, let offset): .tumbling(sizeMillis: size, offsetMillis: offset)
    case .hopping(let size, let slide, let offset):
      .hopping(sizeMillis: size, slideMillis: slide, offsetMillis: offset)
    case .hour: .hour
    case .day: .day
    case .week(let first): .week(firstDay: first)
    case .months(1, _): .month
    case .months(3, 0): .quarter
    case .months(12, 0): .year
    case .months(3, let first): .fiscalQuarter(firstMonth: first + 1)
    case .months(_, let first): .fiscalYear(firstMonth: first + 1)
    case .workingDay(let weekend): .workingDay(WorkCalendar(weekend: Set(weekend), holidays: []))
    case .retail(let calendar): .retail(calendar, .period)
    case .rollingDays(let count): .rolling(count: count, unit: .day)
    case .rollingWeeks(let count, let first): .rolling(count: count, unit: .week(firstDay: first))
    case .rollingMonths(let count): .rolling(count: count, unit: .month)
    case .steps(let size, let step):
      .cumulative(
        period: .tumbling(sizeMillis: size, offsetMillis: 0),
        step: .tumbling(sizeMillis: step, offsetMillis: 0))
    case .hoursOfDay: .cumulative(period: .day, step: .hour)
    case .daysOfWeek(let first): .cumulative(period: .week(firstDay: first), step: .day)
    case .daysOfMonth: .cumulative(period: .month, step: .day)
    case .monthsOfQuarter: .cumulative(period: .quarter, step: .month)
    case .session(let gap): .session(gapMillis: gap)
    case .all: .all
    }
  }

  var isSession: Bool { if case .session = self { true } else { false } }
  var isAll: Bool { if case .all = self { true } else { false } }

  /// Whether its windows have a zone.
  var hasZone: Bool {
    switch self {
    case .tumbling, .hopping, .steps, .session, .all: false
    default: true
    }
  }

  /// Every window over an instant; of a session that of one event.
  func windows(_ instant: Int64, _ zone: NaiveZone) -> [Interval] {
    let day = zone.localDay(instant)
    func days(_ first: Int, _ end: Int) -> Interval { (zone.midnight(first), zone.midnight(end)) }
    func months(_ first: Int, _ end: Int) -> Interval {
      days(NaiveZone.firstDay(ofMonth: first), NaiveZone.firstDay(ofMonth: end))
    }
    let month = NaiveZone.month(day)
    switch self {
    case .tumbling(let size, let offset):
      return Self.hops(instant, size, size, offset)
    case .hopping(let size, let slide, let offset):
      return Self.hops(instant, size, slide, offset)
    case .hour:
      return Self.hops(instant, NaiveZone.hour, NaiveZone.hour, 0)
    case .day:
      return [days(day, day + 1)]
    case .week(let first):
      let start = NaiveZone.weekStart(day, first)
      return [days(start, start + 7)]
    case .months(let count, let first):
      let start = month - (month - first + 120) % count
      return [months(start, start + count)]
    case .workingDay(let weekend):
      var (start, end) = (day, day)
      while weekend.contains(NaiveZone.weekday(end)) { end += 1 }
      while weekend.contains(NaiveZone.weekday(start - 1)) { start -= 1 }
      return [days(start, end + 1)]
    case .retail(let calendar):
      let period = Self.period(calendar, day)
      return [days(period.lowerBound, period.upperBound)]
    case .rollingDays(let count):
      return (0..<count).map { days(day + $0 - count + 1, day + $0 + 1) }
    case .rollingWeeks(let count, let first):
      let start = NaiveZone.weekStart(day, first)
      return (0..<count).map { days(start + 7 * ($0 - count + 1), start + 7 * ($0 + 1)) }
    case .rollingMonths(let count):
      return (0..<count).map { months(month + $0 - count + 1, month + $0 + 1) }
    case .steps(let size, let step):
      let start = instant / size * size
      return stride(from: start + step, through: start + size, by: Int64.Stride(step)).map { (start, $0) }
        .filter { $0.1 > instant }
    case .hoursOfDay:
      let (start, end) = days(day, day + 1)
      return stride(from: start + NaiveZone.hour, through: end, by: Int64.Stride(NaiveZone.hour))
        .map { (start, $0) }.filter { $0.1 > instant }
    case .daysOfWeek(let first):
      let start = NaiveZone.weekStart(day, first)
      return (day..<start + 7).map { days(start, $0 + 1) }
    case .daysOfMonth:
      let end = NaiveZone.firstDay(ofMonth: month + 1)
      return (day..<end).map { days(NaiveZone.firstDay(ofMonth: month), $0 + 1) }
    case .monthsOfQuarter:
      let start = month / 3 * 3
      return (month..<start + 3).map { months(start, $0 + 1) }
    case .session(let gap):
      return [(instant, instant + gap)]
    case .all:
      return [(.min, .max)]
    }
  }

  private static func hops(_ instant: Int64, _ size: Int64, _ slide: Int64, _ offset: Int64) -> [Interval] {
    var found: [Interval] = []
    var start = (instant - offset % slide) / slide * slide + offset % slide
    while start + size > instant {
      found.append((start, start + size))
      start -= slide
    }
    return found
  }

  /// The days of the period of a year of whole weeks, by looking for its years' first days.
  private static func period(_ calendar: RetailCalendar, _ day: Int) -> Range<Int> {
    func start(_ year: Int) -> Int {
      let first = NaiveZone.firstDay(ofMonth: (year - 2024) * 12 + calendar.firstMonth - 1)
      let latest = NaiveZone.weekStart(calendar.alignment == .last ? first : first + 3, calendar.firstDay)
      return latest
    }
    var year = 2024
    while start(year + 1) <= day { year += 1 }
    let weeks: [Int] =
      switch calendar.pattern {
      case .fourFourFive: [4, 4, 5]
      case .fourFiveFour: [4, 5, 4]
      case .fiveFourFour: [5, 4, 4]
      }
    var first = start(year)
    for number in 0..<12 {
      let end = number == 11 ? start(year + 1) : first + 7 * weeks[number % 3]
      if day < end { return first..<end }
      first = end
    }
    preconditionFailure("a day lies in a period of its year")
  }
}
