import Foundation

/// Reads and writes times as scripts have them: local times of the script's zone, by Foundation's rules of zones.
struct ScriptTime {
  var zone = TimeZone(secondsFromGMT: 0) ?? .current
  /// The date of times that are written without one.
  var date = "1970-01-01"

  /// `[YYYY-MM-DD][T]HH:MM[:SS[.mmm]][Z|±HH:MM]` or `YYYY-MM-DD`, in milliseconds.
  ///
  /// A local time that a zone has twice or never needs its offset.
  func millis(_ text: String) throws -> Int64 {
    var (day, clock) = (date, text)
    if text.count >= 10, Array(text)[4] == "-" {
      day = String(text.prefix(10))
      clock = String(text.dropFirst(10).drop { $0 == "T" })
    }
    var offset: Int64?
    if let place = clock.firstIndex(where: { "Z+-".contains($0) }) {
      offset = try Self.offset(clock[place...], in: text)
      clock = String(clock[..<place])
    }
    let local = try Self.day(day, in: text) + Self.clock(clock.isEmpty ? "00:00" : clock, in: text)
    if let offset { return local - offset }
    let found = Set([-86_400_000, 0, 86_400_000].map { local - self.offset(at: local + $0) })
      .filter { $0 + self.offset(at: $0) == local }
    guard let instant = found.first, found.count == 1 else {
      throw ScriptFault(
        "\(text) is \(found.isEmpty ? "never" : "twice") in \(zone.identifier): write its offset")
    }
    return instant
  }

  /// The local time with its offset, without what is zero.
  func text(_ millis: Int64) -> String {
    let offset = offset(at: millis)
    let local = millis + offset
    let day = Int64((Double(local) / 86_400_000).rounded(.down))
    let rest = local - day * 86_400_000
    var text = String(format: "%02d:%02d", rest / 3_600_000, rest / 60_000 % 60)
    if rest % 60_000 != 0 { text += String(format: ":%02d", rest / 1_000 % 60) }
    if rest % 1_000 != 0 { text += String(format: ".%03d", rest % 1_000) }
    let sign = offset < 0 ? "-" : "+"
    let minutes = abs(offset) / 60_000
    return Self.dayText(day) + "T" + text + sign + String(format: "%02d:%02d", minutes / 60, minutes % 60)
  }

  /// As RFC 3339 in UTC, for events.
  static func utc(_ millis: Int64) -> String {
    String(ScriptTime().text(millis).dropLast(6)).withSeconds + "Z"
  }

  private func offset(at millis: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(millis) / 1_000))) * 1_000
  }

  private static func offset(_ text: Substring, in whole: String) throws -> Int64 {
    if text == "Z" { return 0 }
    let size = try clock(String(text.dropFirst()), in: whole)
    return text.first == "-" ? -size : size
  }

  private static func clock(_ text: String, in whole: String) throws -> Int64 {
    let parts = text.split(separator: ":")
    guard (2...3).contains(parts.count), let hour = Int64(parts[0]), let minute = Int64(parts[1]),
      let second = Double(parts.count > 2 ? parts[2] : "0")
    else { throw ScriptFault("\(whole) is no time") }
    return hour * 3_600_000 + minute * 60_000 + Int64((second * 1_000).rounded())
  }

  private static var calendar: Calendar {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .current
    return calendar
  }

  private static func day(_ text: String, in whole: String) throws -> Int64 {
    let parts = text.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3,
      let date = calendar.date(from: DateComponents(year: parts[0], month: parts[1], day: parts[2]))
    else { throw ScriptFault("\(whole) has no date") }
    return Int64(date.timeIntervalSince1970) * 1_000
  }

  private static func dayText(_ day: Int64) -> String {
    let date = Date(timeIntervalSince1970: Double(day) * 86_400)
    let parts = calendar.dateComponents([.year, .month, .day], from: date)
    return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
  }
}

extension String {
  /// `YYYY-MM-DDTHH:MM` with the seconds that RFC 3339 wants.
  fileprivate var withSeconds: String { count == 16 ? self + ":00" : self }
}
