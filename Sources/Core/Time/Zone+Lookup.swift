extension Zone {
  /// Local time minus UTC at the instant, in milliseconds.
  public func offsetMillis(at instant: Instant) -> Int64 {
    spanOffsetsMillis[spanIndex(at: instant)]
  }

  /// The span of constant offset that the instant lies in.
  public func transitionBounds(around instant: Instant) -> ZoneSpan {
    span(at: spanIndex(at: instant))
  }

  /// The local date at the instant.
  public func civilDate(at instant: Instant) -> CivilDate {
    CivilDate(daysSinceEpoch: localDay(at: instant))
  }

  /// The earliest instant whose local date is this one or a later one.
  ///
  /// If clocks jump over midnight that is the transition; if they show midnight twice, the first; if the
  /// whole day is skipped, the start of the next.
  public func localStart(of date: CivilDate) -> Instant {
    localStart(ofDay: date.daysSinceEpoch)
  }

  /// The instant at which clocks show a local date and time, given as milliseconds since 1970-01-01T00:00
  /// local.
  ///
  /// A time shown twice means the first. A time that is jumped over is taken at the offset before the jump,
  /// and so lies as long after the transition as it is into the gap.
  public func instant(localMillis: Int64) -> Instant {
    let local = Millis.clamped(localMillis)
    var index = spanIndex(at: local - Self.offsetLimitMillis)
    while index + 1 < spanStarts.count, local - spanOffsetsMillis[index] >= spanStarts[index + 1] {
      guard local - spanOffsetsMillis[index + 1] >= spanStarts[index + 1] else { break }
      index += 1
    }
    return local - spanOffsetsMillis[index]
  }

  /// The start of a local day, the day given in days since 1970-01-01.
  func localStart(ofDay day: Int) -> Instant {
    let local = Int64(day) * Millis.day
    var index = spanIndex(at: local - Self.offsetLimitMillis)
    while index + 1 < spanStarts.count, local - spanOffsetsMillis[index] >= spanStarts[index + 1] {
      index += 1
    }
    return max(local - spanOffsetsMillis[index], spanStarts[index])
  }

  /// The greatest local day, in days since 1970-01-01, that has started by the instant.
  ///
  /// It is later than the clock's date where clocks have gone back over midnight: a day does not start
  /// twice.
  func startedDay(at instant: Instant) -> Int {
    var day = localDay(at: instant)
    while localStart(ofDay: day + 1) <= Millis.clamped(instant) { day += 1 }
    return day
  }

  private func localDay(at instant: Instant) -> Int {
    let clamped = Millis.clamped(instant)
    return Int(floorDivide(clamped + offsetMillis(at: clamped), by: Millis.day))
  }

  private func span(at index: Int) -> ZoneSpan {
    ZoneSpan(
      start: spanStarts[index], end: index + 1 < spanStarts.count ? spanStarts[index + 1] : .max,
      offsetMillis: spanOffsetsMillis[index])
  }

  /// The last span that begins at or before the instant.
  private func spanIndex(at instant: Instant) -> Int {
    var low = 0
    var high = spanStarts.count
    while high - low > 1 {
      let middle = (low + high) >> 1
      if spanStarts[middle] <= instant { low = middle } else { high = middle }
    }
    return low
  }
}
