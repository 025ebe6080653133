@testable import Core

extension NaiveModel {
  /// A quotient of whole numbers in millionths, rounded half to even; nil when the divisor is zero.
  static func rounded(_ numerator: Int128, _ denominator: Int128) -> Int128? {
    guard denominator != 0 else { return nil }
    let (up, down) = denominator < 0 ? (-numerator, -denominator) : (numerator, denominator)
    let scaled = up * 1_000_000
    var floor = scaled / down
    if floor * down > scaled { floor -= 1 }
    let rest = (scaled - floor * down) * 2
    return rest > down || (rest == down && floor % 2 != 0) ? floor + 1 : floor
  }

  /// The value of a metric in millionths; nil when it has none.
  func expected(_ key: NumberKey) -> Int128? {
    let unit: Int128 = 1_000_000
    switch key.metric {
    case "calls", "created", "won", "lost", "won_current", "won_actor", "open":
      return count(key.metric, key) * unit
    case "minutes": return sum("minutes", key)
    case "reps": return Int128(Set(values("reps", key).map { "\($0)" }).count) * unit
    case "created_value", "revenue", "open_value", "spend":
      return sum(key.metric, key, currency: key.currency)
    case "longest": return numbers(values("minutes", key)).last.map { Int128($0) }
    case "shortest": return numbers(values("minutes", key)).first.map { Int128($0) }
    case "median":
      let all = numbers(values("minutes", key))
      guard !all.isEmpty else { return nil }
      let twice = Int128(all[(all.count - 1) / 2]) + Int128(all[all.count / 2])
      return Self.rounded(twice, 2 * unit)
    case "average_minutes": return Self.rounded(sum("minutes", key), count("calls", key) * unit)
    case "win_rate": return Self.rounded(count("won", key), count("won", key) + count("lost", key))
    case "average_deal":
      return Self.rounded(sum("revenue", key, currency: key.currency), count("won", key) * unit)
    case "cycle_days": return Self.rounded(sum("cycle", key), count("won", key) * 86_400_000)
    case "prior_spend_per_win":
      guard key.window != "all" else { return nil }
      let before = calendar.bounds(key.window, key.start - 1).start
      return Self.rounded(
        sum("spend", key, currency: key.currency, start: before), count("won", key) * unit)
    default: return nil
    }
  }

  /// Numbers that must exist, because something counts in them now.
  func requiredKeys() -> Set<NumberKey> {
    let single: Set<String> = [
      "calls", "minutes", "reps", "created", "created_value", "won", "lost", "revenue", "won_current",
      "won_actor",
      "open", "open_value", "spend",
    ]
    var keys: Set<NumberKey> = []
    for place in cells.keys {
      func add(_ metric: String) {
        keys.insert(
          NumberKey(
            metric: metric, scope: place.scope, first: place.first, second: place.second,
            currency: place.currency,
            window: place.window, start: place.start))
      }
      if single.contains(place.measure) { add(place.measure) }
      switch place.measure {
      case "minutes": ["longest", "shortest", "median", "average_minutes"].forEach(add)
      case "won": ["win_rate", "cycle_days"].forEach(add)
      case "lost": add("win_rate")
      case "revenue": add("average_deal")
      default: break
      }
      // Spend of the window before, in each currency, over the wins of this one.
      guard place.measure == "won", place.scope == "company", place.window != "all" else { continue }
      let before = calendar.bounds(place.window, place.start - 1).start
      for spend in cells.keys where spend.measure == "spend" && spend.scope == "company" {
        guard spend.window == place.window, spend.start == before else { continue }
        keys.insert(
          NumberKey(
            metric: "prior_spend_per_win", scope: "company", currency: spend.currency, window: place.window,
            start: place.start))
      }
    }
    return keys
  }
}
