@testable import Core

/// One thing to be added up: a row's or stream event's part in one measure.
struct NaiveItem {
  var measure: String
  /// nil for a level.
  var time: Int64?
  var value: SampleValue
  var currency: String?
  /// Scopes with their ids; those that lack one are left out.
  var scopes: [(String, [String])]

  static func all(of entity: String, _ row: NaiveRow, isStream: Bool) -> [NaiveItem] {
    switch entity {
    case "activity": activities(row, isStream)
    case "opportunity": deals(row)
    default: costs(row)
    }
  }

  /// - Parameter order: ids are those of that time; nil is now.
  private static func scopes(
    _ row: NaiveRow, asOf order: Int64?, rep: String = "ownerId",
    second: (scope: String, first: String, field: String)
  ) -> [(String, [String])] {
    func id(_ field: String, isHistoric: Bool = true) -> String? {
      let value = isHistoric ? order.map { row.value(field, asOf: $0) } ?? row.value(field) : row.value(field)
      if case .text(let text) = value { return text }
      return nil
    }
    var found: [(String, [String])] = [("company", [])]
    let (owner, team, region) = (id(rep), id("teamId"), id("regionId"))
    if let region { found.append(("region", [region])) }
    if let team { found.append(("team", [team])) }
    if let owner { found.append(("rep", [owner])) }
    if let first = second.first == "rep" ? owner : team, let other = id(second.field, isHistoric: false) {
      found.append((second.scope, [first, other]))
    }
    return found
  }

  private static func activities(_ row: NaiveRow, _ isStream: Bool) -> [NaiveItem] {
    let started = row.number("startAt").map { ($0, row.since("startAt")?.order ?? row.firstOrder) }
    let (time, order) = started ?? (row.firstTime, row.firstOrder)
    let scopes = scopes(row, asOf: isStream ? nil : order, second: ("rep_kind", "rep", "kind"))
    var items: [NaiveItem] = []
    func add(_ measure: String, _ value: SampleValue) {
      items.append(NaiveItem(measure: measure, time: time, value: value, currency: nil, scopes: scopes))
    }
    if row.text("kind") == "call" { add("calls", .number(1)) }
    if let owner = row.value("ownerId") { add("reps", owner) }
    if let minutes = row.value("minutes") { add("minutes", minutes) }
    return items
  }

  private static func deals(_ row: NaiveRow) -> [NaiveItem] {
    let status = row.text("status")
    let created =
      row.number("createdAt").map { ($0, row.since("createdAt")?.order ?? row.firstOrder) }
      ?? (row.firstTime, row.firstOrder)
    let closed =
      row.number("closedAt").map { ($0, row.since("closedAt")?.order ?? row.firstOrder) }
      ?? row.since("status").map { ($0.time, $0.order) }
    let currency = row.text("currency")
    let source = (scope: "team_source", first: "team", field: "source")
    var items: [NaiveItem] = []
    func add(
      _ measure: String, _ at: (Int64, Int64)?, _ value: SampleValue?, money: Bool = false,
      rep: String = "ownerId", isCurrent: Bool = false
    ) {
      guard let value else { return }
      items.append(
        NaiveItem(
          measure: measure, time: at?.0, value: value, currency: money ? currency : nil,
          scopes: scopes(row, asOf: isCurrent ? nil : at?.1 ?? .max, rep: rep, second: source)))
    }
    let amount = row.value("amount")
    add("created", created, .number(1))
    add("created_value", created, amount, money: true)
    if status == "open" {
      add("open", nil, .number(1))
      add("open_value", nil, amount, money: true)
    }
    if status == "lost" { add("lost", closed, .number(1)) }
    if status == "won", let closed {
      add("won", closed, .number(1))
      add("revenue", closed, amount, money: true)
      if closed.0 >= created.0 { add("cycle", closed, .number(closed.0 - created.0)) }
      add("won_current", closed, .number(1), isCurrent: true)
      add("won_actor", closed, .number(1), rep: "$actor")
    }
    return items
  }

  private static func costs(_ row: NaiveRow) -> [NaiveItem] {
    var scopes: [(String, [String])] = [("company", [])]
    if let region = row.text("regionId") { scopes.append(("region", [region])) }
    guard let amount = row.value("amount") else { return [] }
    return [
      NaiveItem(
        measure: "spend", time: row.firstTime, value: amount, currency: row.text("currency"), scopes: scopes)
    ]
  }
}
