import Core

extension CatalogueReader {
  private static let weekdays = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
  ]
  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
  ]

  mutating func readCalendar(_ members: [String: ConfigurationNode]) {
    if let node = members["zone"], let zone = zone(node) { options.zone = zone }
    if let day = members["week_starts"].flatMap({ weekday($0) }) { options.weekFirstDay = day }
    if let month = members["fiscal_year_starts"].flatMap({ month($0) }) { options.fiscalFirstMonth = month }
    if let node = members["retail"] { readRetail(node) }
    if let node = members["working_days"] { readWorkingDays(node) }
  }

  private func weekday(_ node: ConfigurationNode) -> Int? {
    node.choice("weekday", Self.numbered(Self.weekdays))
  }

  private func month(_ node: ConfigurationNode) -> Int? {
    node.choice("month", Self.numbered(Self.months))
  }

  private static func numbered(_ names: [String]) -> [(name: String, value: Int)] {
    names.enumerated().map { ($0.element, $0.offset + 1) }
  }

  /// A time zone by its IANA name.
  func zone(_ node: ConfigurationNode) -> Zone? {
    guard let name = node.nonEmptyString() else { return nil }
    if name == "UTC" { return .utc }
    // Only names of this form are looked up, because a name becomes part of a file's path.
    guard ZoneName.isValid(name), let bytes = zoneBytes(name) else {
      let near = ZoneName.likely(name).first { $0 == "UTC" || zoneBytes($0) != nil }
      node.error(
        "unknown time zone \"\(name)\"",
        near.map { "did you mean \"\($0)\"?" }
          ?? "write an IANA name, such as Asia/Kuala_Lumpur or Europe/London")
      return nil
    }
    do {
      return try Zone(name: name, tzif: bytes)
    } catch {
      node.error("\(error)")
      return nil
    }
  }

  /// The fiscal year of whole weeks; what is left out follows `week_starts` and `fiscal_year_starts`.
  private mutating func readRetail(_ node: ConfigurationNode) {
    guard let members = node.members(["pattern", "first_month", "first_day", "alignment"]) else { return }
    let standard = options.retailCalendar
    options.retail = RetailCalendar(
      pattern: members["pattern"]?.choice("pattern", of: RetailCalendar.Pattern.self) ?? standard.pattern,
      firstMonth: members["first_month"].flatMap { month($0) } ?? standard.firstMonth,
      firstDay: members["first_day"].flatMap { weekday($0) } ?? standard.firstDay,
      alignment: members["alignment"]?.choice("alignment", of: RetailCalendar.Alignment.self)
        ?? standard.alignment)
  }

  /// The working days; the weekend is Saturday and Sunday unless something else is said.
  private mutating func readWorkingDays(_ node: ConfigurationNode) {
    guard let members = node.members(["weekend", "holidays"]) else { return }
    var weekend: Set<Int> = [6, 7]
    if let node = members["weekend"] {
      let found = distinct(node, "weekday") { weekday($0) }
      guard found.count < 7 else {
        node.error("no day of the week is left to work on", "leave at least one out")
        return
      }
      weekend = Set(found.map(\.value))
    }
    let holidays = members["holidays"].map { distinct($0, "holiday") { date($0) } } ?? []
    let calendar = WorkCalendar(weekend: weekend, holidays: holidays.map(\.value))
    if let day = calendar.endOfTooLongBreak,
      let place = holidays.last(where: { $0.value < day }) ?? holidays.first
    {
      place.node.error(
        "more than \(WorkCalendar.freeDaysMax) days before \(day) are free in a row",
        "leave out some of the holidays")
      return
    }
    options.workCalendar = calendar
  }

  private func date(_ node: ConfigurationNode) -> CivilDate? {
    guard let text = node.nonEmptyString() else { return nil }
    guard let date = CivilDate(text) else {
      node.error("\"\(text)\" is no date", "write year, month and day, such as 2026-12-25")
      return nil
    }
    return date
  }

  /// The values of a list, each of which may be there once.
  private func distinct<Value: Hashable>(
    _ node: ConfigurationNode, _ kind: String, _ read: (ConfigurationNode) -> Value?
  ) -> [(value: Value, node: ConfigurationNode)] {
    var found: [(value: Value, node: ConfigurationNode)] = []
    var seen: Set<Value> = []
    for item in node.items() ?? [] {
      guard let value = read(item) else { continue }
      if seen.insert(value).inserted {
        found.append((value, item))
      } else {
        item.error("the \(kind) \(item.scalarText ?? "") is listed twice", "leave it out here")
      }
    }
    return found
  }
}
