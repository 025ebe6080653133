/// A time zone: for every instant, how far local time is ahead of UTC.
///
/// All transitions stand in one sorted table, the yearly rule written out to the end of the year 2200, so
/// that a look-up is a binary search. After 2200 the last offset stays.
public struct Zone: Sendable {
  /// The IANA name, for example `Europe/London`.
  public let name: String
  /// Where each span of constant offset begins; the first is `Int64.min`. Never empty.
  let spanStarts: [Instant]
  /// Local time minus UTC in each span, in milliseconds.
  let spanOffsetsMillis: [Int64]

  /// Coordinated Universal Time: offset zero, no transitions.
  public static let utc = Zone(name: "UTC", spanStarts: [.min], spanOffsetsMillis: [0])

  /// The last year in which a zone's yearly rule is followed.
  public static let lastRuleYear = 2_200

  /// No zone is further than this from UTC, in milliseconds.
  static let offsetLimitMillis: Int64 = 26 * Millis.hour

  private init(name: String, spanStarts: [Instant], spanOffsetsMillis: [Int64]) {
    self.name = name
    self.spanStarts = spanStarts
    self.spanOffsetsMillis = spanOffsetsMillis
  }

  /// Reads the contents of a TZif file, versions 1 to 4; throws, and never traps, whatever the bytes are.
  public init(name: String, tzif: [UInt8]) throws(ZoneError) {
    let file = try ZoneFile(name: name, bytes: tzif)
    var starts: [Instant] = [.min]
    // Without transitions the footer speaks for all of time.
    let ruleOffset = file.transitionSeconds.isEmpty ? file.rule?.standardOffsetSeconds : nil
    var offsetsMillis = [Int64(ruleOffset ?? file.initialOffsetSeconds) * Millis.second]
    let explicit = zip(file.transitionSeconds, file.offsetsSeconds).map { (seconds: $0, offsetSeconds: $1) }
    for transition in explicit + Self.ruleTransitions(of: file) {
      let start = Self.instant(ofSeconds: transition.seconds)
      let offset = Int64(transition.offsetSeconds) * Millis.second
      if start <= starts[starts.count - 1] {
        // Daylight time all year ends and begins at one instant: the later word counts.
        offsetsMillis[offsetsMillis.count - 1] = offset
      } else {
        starts.append(start)
        offsetsMillis.append(offset)
      }
    }
    // A change of name alone (standard to daylight at equal offset) is no transition for windows.
    let kept = starts.indices.filter { $0 == 0 || offsetsMillis[$0] != offsetsMillis[$0 - 1] }
    self.init(
      name: name, spanStarts: kept.map { starts[$0] }, spanOffsetsMillis: kept.map { offsetsMillis[$0] })
  }

  /// The transitions that follow from the footer after the last explicit one, in order of time.
  private static func ruleTransitions(of file: ZoneFile) -> [(seconds: Int64, offsetSeconds: Int)] {
    guard let rule = file.rule, rule.daylight != nil else { return [] }
    let last = file.transitionSeconds.last ?? .min
    let lastDay = Int(floorDivide(instant(ofSeconds: last), by: Millis.day))
    // A rule's day may lie just outside its year, so begin a year early and drop what is not after the last.
    let firstYear = max(CivilDate(daysSinceEpoch: lastDay).year - 1, 1)
    guard firstYear <= lastRuleYear else { return [] }
    let all = (firstYear...lastRuleYear).flatMap { rule.transitions(inYear: $0) }.filter {
      $0.seconds > last
    }
    return all.enumerated()
      .sorted { ($0.element.seconds, $0.offset) < ($1.element.seconds, $1.offset) }
      .map(\.element)
  }

  private static func instant(ofSeconds seconds: Int64) -> Instant {
    // Some files begin with a transition at the big bang, further back than milliseconds can say.
    let (product, overflows) = seconds.multipliedReportingOverflow(by: Millis.second)
    guard overflows else { return Millis.clamped(product) }
    return seconds < 0 ? -Millis.limit : Millis.limit
  }
}

extension Zone: Hashable {
  /// Hashes the name alone.
  public func hash(into hasher: inout Hasher) {
    // Equal zones have equal names; the tables are left to ==.
    hasher.combine(name)
  }
}
