/// A POSIX TZ rule such as `CET-1CEST,M3.5.0,M10.5.0/3`, with the hours beyond a day that RFC 9636 adds.
struct PosixZoneRule: Equatable {
  struct Daylight: Equatable {
    /// Local time minus UTC while daylight time holds, in seconds.
    let offsetSeconds: Int
    let start: PosixRuleDate
    let end: PosixRuleDate
  }

  /// Local time minus UTC in standard time, in seconds.
  let standardOffsetSeconds: Int
  let daylight: Daylight?

  /// The rule, or nil if the text is not one. Daylight time without dates is refused: POSIX leaves it open.
  init?(_ text: ArraySlice<UInt8>) {
    var scanner = PosixRuleScanner(text)
    guard scanner.skipDesignation(), let west = scanner.offsetSeconds() else { return nil }
    // POSIX counts offsets west of Greenwich as positive.
    standardOffsetSeconds = -west
    guard !scanner.isAtEnd else {
      daylight = nil
      return
    }
    guard scanner.skipDesignation() else { return nil }
    var daylightOffsetSeconds = standardOffsetSeconds + 3_600
    if !scanner.skip(UInt8(ascii: ",")) {
      guard let daylightWest = scanner.offsetSeconds(), scanner.skip(UInt8(ascii: ",")) else { return nil }
      daylightOffsetSeconds = -daylightWest
    }
    guard let start = scanner.ruleDate(), scanner.skip(UInt8(ascii: ",")), let end = scanner.ruleDate(),
      scanner.isAtEnd
    else { return nil }
    daylight = Daylight(offsetSeconds: daylightOffsetSeconds, start: start, end: end)
  }

  /// The changes of offset in one year, in order of time: seconds since the epoch and the offset from then
  /// on.
  ///
  /// Where daylight time ends at the instant it begins again (daylight time all year) the beginning comes
  /// last.
  func transitions(inYear year: Int) -> [(seconds: Int64, offsetSeconds: Int)] {
    guard let daylight else { return [] }
    let start = daylight.start.localSeconds(inYear: year) - Int64(standardOffsetSeconds)
    let end = daylight.end.localSeconds(inYear: year) - Int64(daylight.offsetSeconds)
    let begins = (seconds: start, offsetSeconds: daylight.offsetSeconds)
    let ends = (seconds: end, offsetSeconds: standardOffsetSeconds)
    return end <= start ? [ends, begins] : [begins, ends]
  }
}
