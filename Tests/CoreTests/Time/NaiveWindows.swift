@testable import Core

/// Windows by their definitions, step by step: searches over clocks and days instead of arithmetic.
///
/// It takes from the core only the zone's offset at an instant and the date of a day.
struct NaiveWindows {
  let zone: Zone
  private var starts: [Int: Instant] = [:]
  private var periods: [WindowKind: [Int: Range<Int>]] = [:]
  private var yearStarts: [RetailCalendar: [Int: Int]] = [:]

  init(zone: Zone) {
    self.zone = zone
  }

  /// Every window over the instant, by its end.
  mutating func windows(of kind: WindowKind, at instant: Instant) -> [WindowBounds] {
    switch kind {
    case .hopping(let size, let slide, let offset):
      let middle = (instant - offset) / slide
      return ((middle - size / slide - 2)...(middle + 2)).map {
        WindowBounds(start: $0 * slide + offset, end: $0 * slide + offset + size)
      }.filter { $0.contains(instant) }
    case .rolling(let count, let unit):
      return rolling(count, unit.kind, at: instant)
    case .cumulative(let period, let step):
      return steps(of: period, step, at: instant).filter { $0.end > instant }
    case .session(let gap):
      return [WindowBounds(start: instant, end: instant + gap)]
    default:
      return [tile(kind, at: instant)]
    }
  }

  /// All windows of the cumulative kind in the period that the instant lies in.
  mutating func steps(of period: WindowKind, _ step: WindowKind, at instant: Instant) -> [WindowBounds] {
    let whole = tile(period, at: instant)
    var result: [WindowBounds] = []
    var end = whole.start
    while end < whole.end {
      end = tile(step, at: end).end
      result.append(WindowBounds(start: whole.start, end: end))
    }
    return result
  }

  private mutating func rolling(_ count: Int, _ unit: WindowKind, at instant: Instant) -> [WindowBounds] {
    var units = [period(unit, of: day(at: instant))]
    for _ in 1..<max(count, 2) {
      units.insert(period(unit, of: units[0].lowerBound - 1), at: 0)
      units.append(period(unit, of: units[units.count - 1].upperBound))
    }
    var result: [WindowBounds] = []
    for last in units.indices where last + 1 >= count {
      let bounds = WindowBounds(
        start: start(ofDay: units[last + 1 - count].lowerBound), end: start(ofDay: units[last].upperBound))
      if start(ofDay: units[last].lowerBound) < bounds.end, bounds.contains(instant) { result.append(bounds) }
    }
    return result
  }

  // MARK: - Tiles

  /// The one window of a tiling kind.
  mutating func tile(_ kind: WindowKind, at instant: Instant) -> WindowBounds {
    switch kind {
    case .all:
      return .all
    case .tumbling(let size, let offset):
      let offset = offset % size
      let middle = (instant - offset) / size
      for number in [middle - 1, middle, middle + 1] where number * size + offset + size > instant {
        return WindowBounds(start: number * size + offset, end: number * size + offset + size)
      }
      preconditionFailure("a tumbling window holds every instant")
    case .hour:
      return hour(at: instant)
    default:
      let days = period(kind, of: day(at: instant))
      return WindowBounds(start: start(ofDay: days.lowerBound), end: start(ofDay: days.upperBound))
    }
  }

  /// The instants around one at which clocks show the same hour with the same offset.
  private func hour(at instant: Instant) -> WindowBounds {
    func clock(_ at: Instant) -> (offset: Int64, hour: Int64) {
      let offset = zone.offsetMillis(at: at)
      return (offset, (at + offset + 1_000_000 * Millis.day) / Millis.hour)
    }
    let here = clock(instant)
    var (inside, outside) = (instant, instant - Millis.hour)
    while inside - outside > 1 {
      let middle = outside + (inside - outside) / 2
      if clock(middle) == here { inside = middle } else { outside = middle }
    }
    let start = inside
    (inside, outside) = (instant, instant + Millis.hour)
    while outside - inside > 1 {
      let middle = inside + (outside - inside) / 2
      if clock(middle) == here { inside = middle } else { outside = middle }
    }
    return WindowBounds(start: start, end: outside)
  }

  /// The neighbouring days that are of one period with a day.
  private mutating func period(_ kind: WindowKind, of day: Int) -> Range<Int> {
    let number = number(kind, day)
    if let known = periods[kind]?[number] { return known }
    var (first, last) = (day, day)
    while self.number(kind, first - 1) == number { first -= 1 }
    while self.number(kind, last + 1) == number { last += 1 }
    periods[kind, default: [:]][number] = first..<(last + 1)
    return first..<(last + 1)
  }

  /// A number that all days of a period share and no others.
  private mutating func number(_ kind: WindowKind, _ day: Int) -> Int {
    let date = CivilDate(daysSinceEpoch: day)
    let month = date.year * 12 + date.month - 1
    switch kind {
    case .week(let firstDay): return day - (0...6).first { (date.weekday - $0 + 6) % 7 + 1 == firstDay }!
    case .month: return month
    case .quarter: return month / 3
    case .year: return date.year
    case .fiscalQuarter(let firstMonth): return (month - firstMonth + 1) / 3
    case .fiscalYear(let firstMonth): return date.month >= firstMonth ? date.year : date.year - 1
    case .dayBlock(let count, let phase): return (day - phase + count * 1_000_000) / count
    case .monthBlock(let count, let phase): return (month - phase) / count
    case .workingDay(let calendar): return (day...).first { calendar.isWorked($0) }!
    case .retail(let calendar, let part): return retail(calendar, part, day, year: date.year)
    default: return day
    }
  }

  private mutating func retail(
    _ calendar: RetailCalendar, _ part: RetailCalendar.Part, _ day: Int, year: Int
  ) -> Int {
    let found = [year + 1, year, year - 1].first { yearStart(calendar, $0) <= day }!
    let week = (day - yearStart(calendar, found)) / 7
    let weeks: [Int] =
      switch calendar.pattern {
      case .fourFourFive: [4, 4, 5]
      case .fourFiveFour: [4, 5, 4]
      case .fiveFourFour: [5, 4, 4]
      }
    var (number, end) = (0, weeks[0])
    while week >= end, number < 11 {
      number += 1
      end += weeks[number % 3]
    }
    switch part {
    case .year: return found
    case .quarter: return found * 4 + number / 3
    case .period: return found * 12 + number
    }
  }

  private mutating func yearStart(_ calendar: RetailCalendar, _ year: Int) -> Int {
    if let known = yearStarts[calendar]?[year] { return known }
    let first = CivilDate(uncheckedYear: year, month: calendar.firstMonth, day: 1).daysSinceEpoch
    let near = calendar.alignment == .nearest ? [0, -1, 1, -2, 2, -3, 3] : [0, -1, -2, -3, -4, -5, -6]
    let found = near.map { first + $0 }.first {
      CivilDate(daysSinceEpoch: $0).weekday == calendar.firstDay
    }!
    yearStarts[calendar, default: [:]][year] = found
    return found
  }

  // MARK: - Days

  /// The latest date that clocks have shown by the instant.
  func day(at instant: Instant) -> Int {
    func shown(_ at: Instant) -> Int {
      Int((at + zone.offsetMillis(at: at) + 1_000_000 * Millis.day) / Millis.day) - 1_000_000
    }
    var latest = shown(instant)
    var spanStart = zone.transitionBounds(around: instant).start
    while spanStart > instant - 3 * Millis.day {
      latest = max(latest, shown(spanStart - 1))
      spanStart = zone.transitionBounds(around: spanStart - 1).start
    }
    return latest
  }

  /// The first instant by which clocks have shown the date or a later one.
  mutating func start(ofDay day: Int) -> Instant {
    if let known = starts[day] { return known }
    var before = Int64(day) * Millis.day - 27 * Millis.hour
    var after = Int64(day) * Millis.day + 51 * Millis.hour
    while after - before > 1 {
      let middle = before + (after - before) / 2
      if self.day(at: middle) >= day { after = middle } else { before = middle }
    }
    starts[day] = after
    return after
  }
}
