/// The local day of a year, and the time of that day, at which a POSIX TZ rule changes the offset.
struct PosixRuleDate: Equatable {
  enum Day: Equatable {
    /// `Jn`: 1 to 365, 29 February is never counted.
    case julian(Int)
    /// `n`: 0 to 365, 29 February is counted.
    case zeroBased(Int)
    /// `Mm.w.d`: the w-th weekday d (0 is Sunday) of month m; the fifth is the last.
    case weekday(month: Int, week: Int, sundayBased: Int)
  }

  let day: Day
  /// From local midnight, in seconds; may be negative or beyond a day.
  let timeSeconds: Int

  /// Seconds from the epoch to this local time of the year, as if local time were UTC.
  func localSeconds(inYear year: Int) -> Int64 {
    Int64(daysSinceEpoch(inYear: year)) * 86_400 + Int64(timeSeconds)
  }

  private func daysSinceEpoch(inYear year: Int) -> Int {
    let newYear = CivilDate(uncheckedYear: year, month: 1, day: 1).daysSinceEpoch
    switch day {
    case .julian(let number):
      return newYear + number - 1 + (number >= 60 && CivilDate.isLeap(year: year) ? 1 : 0)
    case .zeroBased(let number):
      return newYear + number
    case .weekday(let month, let week, let sundayBased):
      let first = CivilDate(uncheckedYear: year, month: month, day: 1).daysSinceEpoch
      let toWeekday = (sundayBased - CivilDate.weekday(ofDaysSinceEpoch: first) + 14) % 7
      let offset = toWeekday + (week - 1) * 7
      return first + (offset < CivilDate.daysIn(month: month, year: year) ? offset : offset - 7)
    }
  }
}
