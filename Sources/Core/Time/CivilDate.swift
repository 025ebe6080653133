/// A day of the proleptic Gregorian calendar, in no particular zone.
public struct CivilDate: Hashable, Comparable, Sendable {
  /// Year 0 is 1 BC.
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to the length of the month.
  public let day: Int

  /// The date, or nil where there is no such day (month 13, 30 February).
  public init?(year: Int, month: Int, day: Int) {
    guard (1...12).contains(month), day >= 1, day <= Self.daysIn(month: month, year: year) else {
      return nil
    }
    self.init(uncheckedYear: year, month: month, day: day)
  }

  init(uncheckedYear year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date so many days after 1970-01-01 (before it, if negative).
  ///
  /// The year is taken to begin in March, so that the leap day comes last and month lengths follow a line;
  /// the divisions by 365.25 and 30.6 are multiplications (C. Neri and L. Schneider, "Euclidean affine
  /// functions and their application to calendar algorithms", 2022).
  public init(daysSinceEpoch: Int) {
    let shifted = daysSinceEpoch + Self.daysFromYearZeroToEpoch
    let era = floorDivide(shifted, by: Self.daysPerEra)
    let quarterDays = UInt32(truncatingIfNeeded: shifted &- era &* Self.daysPerEra) &* 4 &+ 3
    let century = quarterDays / 146_097
    let dayOfCentury = (quarterDays &- century &* 146_097) / 4
    let product = UInt64(dayOfCentury &* 4 &+ 3) &* 2_939_745
    let yearOfCentury = UInt32(truncatingIfNeeded: product >> 32)
    let dayOfYear = UInt32(truncatingIfNeeded: product) / 2_939_745 / 4
    let monthAndDay = dayOfYear &* 2_141 &+ 197_913
    let isNextYear = dayOfYear >= 306
    let month = Int(monthAndDay >> 16) &- (isNextYear ? 12 : 0)
    let year = Int(century &* 100 &+ yearOfCentury) &+ era &* 400 &+ (isNextYear ? 1 : 0)
    self.init(uncheckedYear: year, month: month, day: Int((monthAndDay & 0xFFFF) / 2_141) &+ 1)
  }

  /// Reads exactly `YYYY-MM-DD`, years 0001 to 9999; nil for anything else and for days that do not exist.
  public init?(_ text: some StringProtocol) {
    var copy = String(text)
    guard let date = copy.withUTF8({ RFC3339.parseDate($0) }) else { return nil }
    self = date
  }

  /// Days since 1970-01-01, negative before it.
  public var daysSinceEpoch: Int {
    let yearFromMarch = month <= 2 ? year - 1 : year
    let era = floorDivide(yearFromMarch, by: 400)
    let yearOfEra = yearFromMarch - era * 400
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * Self.daysPerEra + dayOfEra - Self.daysFromYearZeroToEpoch
  }

  /// The ISO weekday: 1 is Monday, 7 is Sunday.
  public var weekday: Int {
    Self.weekday(ofDaysSinceEpoch: daysSinceEpoch)
  }

  /// The ISO 8601 week: weeks begin on Monday and belong to the year that has their Thursday.
  public var isoWeek: (year: Int, week: Int) {
    let thursday = CivilDate(daysSinceEpoch: daysSinceEpoch - weekday + 4)
    let newYear = CivilDate(uncheckedYear: thursday.year, month: 1, day: 1)
    return (thursday.year, (thursday.daysSinceEpoch - newYear.daysSinceEpoch) / 7 + 1)
  }

  /// The date so many days later (earlier, if negative).
  public func adding(days: Int) -> CivilDate {
    CivilDate(daysSinceEpoch: daysSinceEpoch + days)
  }

  /// Whether the left date is the earlier.
  public static func < (left: CivilDate, right: CivilDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  /// Whether the year has 366 days.
  public static func isLeap(year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  /// The length in days of a month from 1 to 12.
  public static func daysIn(month: Int, year: Int) -> Int {
    if month == 2 { return isLeap(year: year) ? 29 : 28 }
    // April, June, September and November: even up to July, odd after it.
    return 30 + ((month ^ (month >> 3)) & 1)
  }

  static func weekday(ofDaysSinceEpoch days: Int) -> Int {
    // 1970-01-01 was a Thursday.
    let sinceMonday = days + 3
    return sinceMonday - floorDivide(sinceMonday, by: 7) * 7 + 1
  }

  private static let daysPerEra = 146_097
  private static let daysFromYearZeroToEpoch = 719_468
}

extension CivilDate: CustomStringConvertible {
  /// `YYYY-MM-DD`.
  public var description: String {
    String(unsafeUninitializedCapacity: RFC3339.capacity) { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      var writer = DigitWriter(base)
      writer.write(date: self)
      return writer.count
    }
  }
}
