/// Sales activity as flat JSON of about 260 bytes, which a mapping describes: 280 events in each second of event
/// time, up to 5 s out of order, of 1,000 reps who are not equally busy and of 5 kinds.
public struct FlatEvents: Workload {
  private var random: SeededRandom
  private var number = 0
  private let start: Int64
  private let reps: [String]

  static let perSecond = 280
  static let repCount = 1_000
  private static let disorderMillis: UInt64 = 5_000
  /// The busiest tenth does more than a third of the work. The steps keep neighbours from being neighbours in rank.
  static let repChoice = WeightedChoice((0..<repCount).map { 1_000_000 / UInt64(40 + $0 * 389 % repCount) })
  /// 2026-03-02T01:00:00Z.
  public static let start: Int64 = 1_772_413_200_000
  private static let kinds: [(name: String, source: String)] = [
    ("call.completed", "dialer/aircall"), ("email.sent", "mail/gmail"),
    ("meeting.scheduled", "cal/google"), ("deal.created", "crm/hubspot"), ("deal.closed", "crm/hubspot"),
  ]
  private static let kindChoice = WeightedChoice([45, 35, 10, 6, 4])
  private static let regions = [
    ("my-3", "MYR"), ("sg-1", "SGD"), ("id-2", "IDR"), ("th-4", "THB"), ("vn-5", "VND"),
  ]
  private static let notes = [
    "customer asked for a quote", "left a voice mail message", "sent the signed contract",
    "will call again next week", "pricing page was discussed", "needs approval by manager",
  ]

  /// - Parameter start: event time of the first event, in milliseconds since the Unix epoch.
  public init(seed: UInt64, start: Int64 = FlatEvents.start) {
    random = SeededRandom(state: seed)
    self.start = start
    reps = (0..<Self.repCount).map { "rep-\($0)" }
  }

  public mutating func next(_ record: inout WorkloadRecord) {
    next(&record, at: Self.time(of: number, from: start, &random))
  }

  /// When the event of a number happens: at its place in the order, or up to 5 s before.
  static func time(of number: Int, from start: Int64, _ random: inout SeededRandom) -> Int64 {
    let ordered = start + Int64(number) * 1_000 / Int64(perSecond)
    return max(start, ordered - Int64(random.next(below: disorderMillis)))
  }

  /// The next event, at a time in milliseconds since the Unix epoch; of another rep than the thousand if one is
  /// given.
  mutating func next(_ record: inout WorkloadRecord, at time: Int64, rep other: String? = nil) {
    let rep = Self.repChoice.next(&random)
    let kind = Self.kindChoice.next(&random)
    let cents = 10_100 + random.next(below: 5_000_000)
    let outcome = kind == 3 ? "open" : kind == 4 ? (random.next(below: 10) < 3 ? "won" : "lost") : "none"
    let (region, currency) = Self.regions[rep % Self.regions.count]
    let name = other ?? reps[rep]
    record.begin(timestampMillis: time, home: rep)
    record.key.append(name)
    record.value.append("{\"id\":\"evt-")
    record.value.append(number: number)
    record.value.append("\",\"type\":\"")
    record.value.append(Self.kinds[kind].name)
    record.value.append("\",\"time\":\"")
    record.value.append(time: time)
    record.value.append("\",\"source\":\"")
    record.value.append(Self.kinds[kind].source)
    record.value.append("\",\"rep\":\"")
    record.value.append(name)
    record.value.append("\",\"team\":\"team-")
    record.value.append(number: rep % 20)
    record.value.append("\",\"region\":\"")
    record.value.append(region)
    record.value.append("\",\"data\":{\"deal\":\"D-")
    record.value.append(number: number)
    record.value.append("\",\"amount\":")
    record.value.append(cents: cents)
    record.value.append(",\"currency\":\"")
    record.value.append(currency)
    record.value.append("\",\"outcome\":\"")
    record.value.append(outcome)
    record.value.append("\",\"note\":\"")
    record.value.append(Self.notes[Int(random.next(below: UInt64(Self.notes.count)))])
    record.value.append("\"}}")
    number += 1
  }
}
