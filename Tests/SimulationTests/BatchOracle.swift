/// The numbers that a log of events must end in, computed from all of it at once and by other means than the core.
struct BatchOracle {
  /// Millionths by key; a key that is not here has no value, or zero.
  private(set) var values: [String: Int128] = [:]
  private(set) var malformedCount = 0

  private static let hour: Int64 = 3_600_000

  init(_ partitions: [[SimulatedRecord]]) {
    var seen = Set<String>()
    var calls: [(rep: Int, at: Int64, seconds: Int64)] = []
    var deals: [Int: (rep: Int, status: SalesEvent.DealStatus, amount: Int64, closedAt: Int64?)] = [:]
    for record in partitions.joined() {
      switch record.event {
      case .malformed: malformedCount += 1
      case .call(let id, let rep, let at, let seconds):
        if seen.insert(id).inserted { calls.append((rep, at, seconds)) }
      case .deal(let id, let deal, let rep, _, let status, let amount, let closedAt):
        if seen.insert(id).inserted { deals[deal] = (rep, status, amount, closedAt) }
      }
    }
    var seconds: [String: Int64] = [:]
    for call in calls {
      for place in Self.places(call.rep, call.at) {
        values["calls|\(place)", default: 0] += 1_000_000
        seconds["call_minutes|\(place)", default: 0] += call.seconds
      }
    }
    for (key, total) in seconds { values[key] = Self.quotient(Int128(total), 60) }
    add(Array(deals.values))
  }

  private mutating func add(
    _ deals: [(rep: Int, status: SalesEvent.DealStatus, amount: Int64, closedAt: Int64?)]
  ) {
    var closed: [String: (won: Int128, all: Int128)] = [:]
    for deal in deals {
      if deal.status == .open {
        for scope in Self.scopes(deal.rep) { values["open_pipeline|\(scope)|all|", default: 0] += 1_000_000 }
      }
      guard let closedAt = deal.closedAt else { continue }
      for place in Self.places(deal.rep, closedAt) {
        closed[place, default: (0, 0)].all += 1
        guard deal.status == .won else { continue }
        closed[place, default: (0, 0)].won += 1
        values["deals_won|\(place)", default: 0] += 1_000_000
        values["revenue|\(place)MYR", default: 0] += Int128(deal.amount) * 1_000_000
      }
    }
    for (place, counts) in closed { values["win_rate|\(place)"] = Self.quotient(counts.won, counts.all) }
  }

  /// Millionths, half to even.
  private static func quotient(_ numerator: Int128, _ denominator: Int128) -> Int128 {
    let (whole, rest) = (numerator * 1_000_000).quotientAndRemainder(dividingBy: denominator)
    if rest * 2 > denominator || rest * 2 == denominator && whole % 2 == 1 { return whole + 1 }
    return whole
  }

  private static func scopes(_ rep: Int) -> [String] {
    ["rep|rep-\(rep)", "team|team-\(SalesEvent.team(of: rep))", "company|"]
  }

  /// Scope, window and start of everything an event at a time counts in.
  private static func places(_ rep: Int, _ at: Int64) -> [String] {
    scopes(rep).flatMap { ["\($0)|hour \(at / hour * hour)|", "\($0)|all|"] }
  }
}
