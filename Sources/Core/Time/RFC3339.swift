/// Dates and times as text, after RFC 3339: reading here, writing in `RFC3339+Writing`.
///
/// Reading is arithmetic on fixed positions. Accepted are years 0001 to 9999; `T`, `t` or a space between
/// date and time; a fraction of any length, cut to milliseconds; second 60, as the second after it; and the
/// offsets `Z`, `z`, `±HH:MM` and `±HHMM` up to 18 hours. Anything else, and every date or time that does
/// not exist, is nil.
public enum RFC3339 {
  /// The instant of `YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM|±HHMM)`.
  public static func parseInstant(_ bytes: UnsafeBufferPointer<UInt8>) -> Instant? {
    guard let base = bytes.baseAddress, bytes.count >= 20, let seconds = localSeconds(base) else {
      return nil
    }
    // The two commonest forms, with and without milliseconds, have their Z at a known place.
    if bytes.count == 24, base[23] == UInt8(ascii: "Z") {
      let fraction = FixedDigits(fourAt: base + 19, pattern: 0x3030_302E, bounds: 0x7676_767F)
      guard fraction.isValid else { return nil }
      let millis = fraction.digit(1) &* 100 &+ fraction.pair(2)
      return seconds &* Millis.second &+ Int64(millis)
    }
    if bytes.count == 20, base[19] == UInt8(ascii: "Z") { return seconds &* Millis.second }
    var position = 19
    let fraction = fractionMillis(bytes, at: &position)
    guard fraction >= 0, let offset = offsetSeconds(bytes, at: position) else { return nil }
    return (seconds &- offset) &* Millis.second &+ fraction
  }

  /// The instant of a local date and time without offset, or the start of a local date.
  ///
  /// A time shown twice means the first; a time that clocks jump over is moved on by the length of the jump.
  public static func parseLocal(_ bytes: UnsafeBufferPointer<UInt8>, zone: Zone) -> Instant? {
    if bytes.count == 10 { return parseDate(bytes).map { zone.localStart(of: $0) } }
    guard let base = bytes.baseAddress, bytes.count >= 19, let seconds = localSeconds(base) else {
      return nil
    }
    var position = 19
    let fraction = fractionMillis(bytes, at: &position)
    guard fraction >= 0, position == bytes.count else { return nil }
    return zone.instant(localMillis: seconds * Millis.second + fraction)
  }

  /// The date of `YYYY-MM-DD`.
  public static func parseDate(_ bytes: UnsafeBufferPointer<UInt8>) -> CivilDate? {
    guard let base = bytes.baseAddress, bytes.count == 10 else { return nil }
    let yearAndMonth = FixedDigits(
      eightAt: base, pattern: 0x2D30_302D_3030_3030, bounds: 0x7F76_767F_7676_7676)
    let day = twoDigits(base + 8)
    guard yearAndMonth.isValid, day < 100 else { return nil }
    let year = Int(yearAndMonth.pair(0) &* 100 &+ yearAndMonth.pair(2))
    guard year >= 1 else { return nil }
    return CivilDate(year: year, month: Int(yearAndMonth.pair(5)), day: Int(day))
  }

  /// Seconds from 1970-01-01T00:00:00 to the local time in the first 19 bytes, as if local time were UTC.
  @inline(__always)
  private static func localSeconds(_ text: UnsafePointer<UInt8>) -> Int64? {
    // "0000-00-", "00T00:00" and, overlapping by one digit, "0:00"; any byte may stand in the place of T
    // here.
    let head = FixedDigits(eightAt: text, pattern: 0x2D30_302D_3030_3030, bounds: 0x7F76_767F_7676_7676)
    let middle = FixedDigits(
      eightAt: text + 8, pattern: 0x3030_3A30_3000_3030, bounds: 0x7676_7F76_7600_7676, ignoring: 0xFF_0000)
    let tail = FixedDigits(fourAt: text + 15, pattern: 0x3030_3A30, bounds: 0x7676_7F76)
    let separator = text[10]
    guard head.isValid, middle.isValid, tail.isValid,
      separator | 0x20 == UInt8(ascii: "t") || separator == UInt8(ascii: " ")
    else { return nil }
    let year = head.pair(0) &* 100 &+ head.pair(2)
    let month = head.pair(5)
    let day = middle.pair(0)
    let hour = middle.pair(3)
    let minute = middle.pair(6)
    let second = tail.pair(2)
    guard year >= 1, month &- 1 < 12, day &- 1 < 31, hour < 24, minute < 60, second <= 60 else { return nil }
    if day > 28 {
      guard day <= CivilDate.daysIn(month: Int(month), year: Int(year)) else { return nil }
    }
    let secondOfDay = (hour &* 60 &+ minute) &* 60 &+ second
    return daysSinceEpoch(year: year, month: month, day: day) &* 86_400 &+ Int64(secondOfDay)
  }

  /// As `CivilDate.daysSinceEpoch`, in 32 bits, for years known to be from 1 to 9999.
  @inline(__always)
  private static func daysSinceEpoch(year: UInt32, month: UInt32, day: UInt32) -> Int64 {
    let isBeforeMarch: UInt32 = month <= 2 ? 1 : 0
    let yearFromMarch = year &- isBeforeMarch
    let monthFromJanuary = month &+ isBeforeMarch &* 12
    let century = yearFromMarch / 100
    let beforeYear = yearFromMarch &* 365 &+ yearFromMarch / 4 &- century &+ century / 4
    return Int64(beforeYear &+ (153 &* monthFromJanuary &- 457) / 5 &+ day) &- 719_469
  }

  /// Two ASCII digits, or 100 or more if either is none.
  @inline(__always)
  private static func twoDigits(_ text: UnsafePointer<UInt8>) -> UInt32 {
    let tens = UInt32(text[0] &- 48)
    let ones = UInt32(text[1] &- 48)
    return tens <= 9 && ones <= 9 ? tens &* 10 &+ ones : 100
  }

  /// The milliseconds after a decimal point, zero if there is none, negative if no digit follows it.
  @inline(__always)
  private static func fractionMillis(_ bytes: UnsafeBufferPointer<UInt8>, at position: inout Int) -> Int64 {
    guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else { return 0 }
    position += 1
    let start = position
    var millis: Int64 = 0
    var scale: Int64 = 100
    while position < bytes.count {
      let digit = bytes[position] &- 48
      guard digit <= 9 else { break }
      // After three digits the scale is zero and the rest is cut off.
      millis &+= Int64(digit) &* scale
      scale /= 10
      position &+= 1
    }
    return position == start ? -1 : millis
  }

  /// The offset from UTC in seconds, if it takes up exactly the rest of the text.
  @inline(__always)
  private static func offsetSeconds(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int64? {
    let length = bytes.count - position
    guard let base = bytes.baseAddress, length >= 1 else { return nil }
    let sign = base[position]
    if length == 1 { return sign | 0x20 == UInt8(ascii: "z") ? 0 : nil }
    guard length == 5 || (length == 6 && base[position + 3] == UInt8(ascii: ":")),
      sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
    else { return nil }
    let hours = twoDigits(base + position + 1)
    let minutes = twoDigits(base + position + length - 2)
    let total = Int64(hours &* 60 &+ minutes)
    guard minutes < 60, total <= 18 * 60 else { return nil }
    return sign == UInt8(ascii: "-") ? -total &* 60 : total &* 60
  }
}
