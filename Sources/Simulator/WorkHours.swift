/// When people work: Monday to Friday from 9:00 to 18:00 of one fixed offset from UTC, slowly over lunch.
struct WorkHours: Sendable {
  let offsetMillis: Int64

  private static let opening = 9 * Length.hour
  private static let closing = 18 * Length.hour

  /// Days from 1970-01-01 to the local day of an instant.
  func localDay(_ time: Int64) -> Int64 {
    let local = time + offsetMillis
    return local >= 0 ? local / Length.day : (local + 1) / Length.day - 1
  }

  func startOfDay(_ day: Int64) -> Int64 { day * Length.day - offsetMillis }

  /// Monday is 0.
  func weekday(ofDay day: Int64) -> Int64 { (((day + 3) % 7) + 7) % 7 }

  func isWorkday(_ day: Int64) -> Bool { weekday(ofDay: day) < 5 }

  /// The first instant at or after `time` with this weekday (Monday is 0) and local time of day.
  func next(weekday: Int64, timeOfDayMillis: Int64, from time: Int64) -> Int64 {
    let day = localDay(time)
    let ahead = (weekday - self.weekday(ofDay: day) + 7) % 7
    let candidate = startOfDay(day + ahead) + timeOfDayMillis
    return candidate >= time ? candidate : candidate + 7 * Length.day
  }

  func isWorking(_ time: Int64) -> Bool {
    let day = localDay(time)
    let timeOfDay = time - startOfDay(day)
    return isWorkday(day) && timeOfDay >= Self.opening && timeOfDay < Self.closing
  }

  /// The opening of the first working day whose opening is after `time`.
  func nextOpening(after time: Int64) -> Int64 {
    var day = localDay(time)
    if startOfDay(day) + Self.opening <= time { day += 1 }
    while !isWorkday(day) { day += 1 }
    return startOfDay(day) + Self.opening
  }

  /// The instant itself when people work, else some time during the next working day.
  func movedIntoWork(_ time: Int64, _ random: inout Randomness) -> Int64 {
    isWorking(time) ? time : nextOpening(after: time) + random.between(0, Self.closing - Self.opening - 1)
  }

  /// The instant itself when people work, else some time during the nearer of the working days around it.
  func movedToNearestWork(_ time: Int64, _ random: inout Randomness) -> Int64 {
    if isWorking(time) { return time }
    let opening = nextOpening(after: time)
    var day = localDay(opening) - 1
    while !isWorkday(day) { day -= 1 }
    let closing = startOfDay(day) + Self.closing
    let within = random.between(0, Self.closing - Self.opening - 1)
    return time - closing < opening - time ? closing - 1 - within : opening + within
  }

  /// The next instant at which a rep acts, a random gap after `time`; seldom in the evening or at a weekend.
  func nextAct(after time: Int64, meanGapMillis: Double, _ random: inout Randomness) -> Int64 {
    let gap = random.exponential(mean: meanGapMillis)
    guard isWorking(time) else {
      return nextOpening(after: time) + Int64(min(gap, 4 * Double(Length.hour)))
    }
    let day = localDay(time)
    let timeOfDay = time - startOfDay(day)
    let isLunch =
      timeOfDay >= 12 * Length.hour + 30 * Length.minute && timeOfDay < 13 * Length.hour + 30 * Length.minute
    let candidate = time + 1 + Int64(isLunch ? gap * 3 : gap)
    let end = startOfDay(day) + Self.closing
    if candidate < end { return candidate }
    let lot = random.uniform()
    if lot < 0.08 { return end + random.between(0, 5 * Length.hour) }
    if lot < 0.1, weekday(ofDay: day) == 4 { return end + random.between(15 * Length.hour, 48 * Length.hour) }
    return nextOpening(after: end) + Int64(min(gap, 4 * Double(Length.hour)))
  }
}
