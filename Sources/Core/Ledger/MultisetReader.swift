/// Reads the multisets of a cell whose parts lie in several stores.
enum MultisetReader {
  /// How many different values there are in all parts together.
  static func distinctCount(_ rows: GatheredRows, word: Int, published: Bool) -> Int {
    if rows.parts.count == 1, let part = rows.parts.first {
      return Int((published ? part.published : part.current)[word] >> 32)
    }
    var seen: Set<Int64> = []
    for part in rows.parts {
      forEachMember(part, word) { member in
        if member.count > 0 { seen.insert(member.element) }
      }
    }
    return seen.count
  }

  /// The quantile, minimum or maximum of all parts together, in the units of the elements; nil when they are empty.
  static func value(of aggregate: Aggregate, _ rows: GatheredRows, word: Int, permille: Int128) -> Rational? {
    let values = sortedValues(rows, word: word)
    switch aggregate {
    case .minimum: return values.first.map { Rational(Int128($0.element)) }
    case .maximum: return values.last.map { Rational(Int128($0.element)) }
    case .count, .sum, .distinct, .quantile: return quantile(values, permille: permille)
    }
  }

  /// The least and the greatest value of all parts together; nil when they are empty.
  static func bounds(_ rows: GatheredRows, word: Int) -> (least: Int64, greatest: Int64)? {
    var found: (least: Int64, greatest: Int64)?
    for part in rows.parts {
      forEachMember(part, word) { member in
        guard member.count > 0 else { return }
        found = (
          min(found?.least ?? member.element, member.element),
          max(found?.greatest ?? member.element, member.element)
        )
      }
    }
    return found
  }

  /// Every value with how often it occurs, ascending.
  static func sortedValues(_ rows: GatheredRows, word: Int) -> [(element: Int64, count: Int64)] {
    var values: [(element: Int64, count: Int64)] = []
    for part in rows.parts {
      forEachMember(part, word) { member in
        if member.count > 0 { values.append((member.element, member.count)) }
      }
    }
    values.sort { $0.element < $1.element }
    return values
  }

  private static func forEachMember(_ part: GatheredRows.Part, _ word: Int, _ body: (MultisetMember) -> Void)
  {
    guard let members = part.segment.pointee.members else { return }
    var next = Int(part.current[word] & 0xFFFF_FFFF)
    while next != 0 {
      let member = members[next - 1]
      body(member)
      next = Int(member.next)
    }
  }

  /// The quantile by linear interpolation between the closest ranks (type 7 of Hyndman and Fan, 1996), exactly.
  static func quantile(_ values: [(element: Int64, count: Int64)], permille: Int128) -> Rational? {
    let total = values.reduce(Int64(0)) { $0 + $1.count }
    guard total > 0 else { return nil }
    let position = Int128(total - 1) * permille
    let rank = Int64(position / 1_000)
    let share = position % 1_000
    let low = Int128(element(values, rank: rank))
    if share == 0 { return Rational(low) }
    let high = Int128(element(values, rank: rank + 1))
    return Rational(low * 1_000 + (high - low) * share, 1_000)
  }

  private static func element(_ values: [(element: Int64, count: Int64)], rank: Int64) -> Int64 {
    var left = rank
    for value in values {
      if left < value.count { return value.element }
      left -= value.count
    }
    return values.last?.element ?? 0
  }
}
