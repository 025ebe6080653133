/// What a sales organisation sends, as CloudEvents of about 420 bytes: nine of ten are activities, the tenth is a
/// change of an opportunity, whose former contribution is taken back.
///
/// 280 events in each second of event time, up to 5 s out of order, of 1,000 reps. Activities have no `entityId`, so
/// that they are a stream; opportunities are rows, some 20,000 of them open.
public struct SalesEvents: Workload {
  private struct Deal {
    var number: Int
    var rep: Int
    var cents: UInt64
    var stage: Int
    /// 0 open, 1 won, 2 lost.
    var status: Int
    var createdAt: Int64
  }

  private var random: SeededRandom
  private var number = 0
  private var dealCount = 0
  private var deals: [Deal] = []

  private static let dealsMax = 20_000
  private static let opportunityShare: UInt64 = 10
  private static let kinds = ["call", "email", "meeting", "follow_up"]
  private static let kindChoice = WeightedChoice([50, 38, 8, 4])
  private static let outcomes = ["connected", "no_answer", "voicemail", "replied", "interested"]
  static let stages = ["qualification", "discovery", "proposal", "negotiation"]
  private static let statuses = ["open", "won", "lost"]
  private static let products = ["core", "plus", "suite"]
  static let sources = ["inbound", "outbound", "referral", "event"]
  private static let regions = ["my-3", "sg-1", "id-2", "th-4", "vn-5"]

  public init(seed: UInt64) { random = SeededRandom(state: seed) }

  public mutating func next(_ record: inout WorkloadRecord) {
    let time = FlatEvents.time(of: number, from: FlatEvents.start, &random)
    if random.next(below: 100) < Self.opportunityShare {
      opportunity(&record, at: time)
    } else {
      activity(&record, at: time)
    }
    number += 1
  }

  // MARK: - Activities

  private mutating func activity(_ record: inout WorkloadRecord, at time: Int64) {
    let rep = FlatEvents.repChoice.next(&random)
    let kind = Self.kindChoice.next(&random)
    let seconds = 20 + Int64(random.next(below: 600))
    record.begin(timestampMillis: time, home: rep)
    record.key.append("rep-")
    record.key.append(number: rep)
    begin(&record, type: "sales.activity.v1", source: "/crm/activities", prefix: "a-", rep, at: time)
    record.value.append("\"kind\":\"")
    record.value.append(Self.kinds[kind])
    record.value.append("\",\"direction\":\"")
    record.value.append(random.next(below: 5) == 0 ? "inbound" : "outbound")
    record.value.append("\",\"status\":\"completed\",\"outcome\":\"")
    record.value.append(pick(Self.outcomes))
    record.value.append("\",\"durationSec\":")
    record.value.append(number: seconds)
    record.value.append(",\"startAt\":\"")
    record.value.append(time: time - seconds * 1_000)
    record.value.append("\",\"endAt\":\"")
    record.value.append(time: time)
    record.value.append("\",\"opportunityId\":\"D-")
    record.value.append(
      number: deals.isEmpty ? 0 : deals[Int(random.next(below: UInt64(deals.count)))].number)
    record.value.append("\",\"source\":\"")
    record.value.append(pick(Self.sources))
    end(&record, rep)
  }

  // MARK: - Opportunities

  private mutating func opportunity(_ record: inout WorkloadRecord, at time: Int64) {
    let place = change(at: time)
    let deal = deals[place]
    record.begin(timestampMillis: time, home: deal.number)
    record.key.append("opportunity:D-")
    record.key.append(number: deal.number)
    begin(
      &record, type: "sales.opportunity.v1", source: "/crm/opportunities", prefix: "o-", deal.rep, at: time)
    record.value.append("\"opportunityId\":\"D-")
    record.value.append(number: deal.number)
    record.value.append("\",\"status\":\"")
    record.value.append(Self.statuses[deal.status])
    record.value.append("\",\"stage\":\"")
    record.value.append(Self.stages[deal.stage])
    record.value.append("\",\"amount\":")
    record.value.append(cents: deal.cents)
    record.value.append(",\"currency\":\"MYR\",\"createdAt\":\"")
    record.value.append(time: deal.createdAt)
    if deal.status == 0 {
      record.value.append("\",\"closedAt\":null")
    } else {
      record.value.append("\",\"closedAt\":\"")
      record.value.append(time: time)
      record.value.append("\"")
    }
    record.value.append(",\"product\":\"")
    record.value.append(Self.products[deal.number % Self.products.count])
    record.value.append("\",\"source\":\"")
    record.value.append(Self.sources[deal.number % Self.sources.count])
    end(&record, deal.rep)
  }

  /// A new deal in one of five cases; else another stage, amount or owner, an end, or an end taken back.
  private mutating func change(at time: Int64) -> Int {
    let isFull = deals.count == Self.dealsMax
    if deals.isEmpty || random.next(below: 5) == 0 {
      let place = isFull ? Int(random.next(below: UInt64(deals.count))) : deals.count
      let deal = Deal(
        number: dealCount, rep: FlatEvents.repChoice.next(&random),
        cents: 10_000 + random.next(below: 10_000_000),
        stage: 0, status: 0, createdAt: time)
      if isFull { deals[place] = deal } else { deals.append(deal) }
      dealCount += 1
      return place
    }
    let place = Int(random.next(below: UInt64(deals.count)))
    switch random.next(below: 10) {
    case _ where deals[place].status != 0: deals[place].status = 0
    case 0...3: deals[place].stage = min(deals[place].stage + 1, Self.stages.count - 1)
    case 4...5: deals[place].cents = 10_000 + random.next(below: 10_000_000)
    case 6: deals[place].rep = FlatEvents.repChoice.next(&random)
    case 7: deals[place].status = 1
    default: deals[place].status = 2
    }
    return place
  }

  // MARK: - Text

  private mutating func pick(_ texts: [String]) -> String {
    texts[Int(random.next(below: UInt64(texts.count)))]
  }

  private func begin(
    _ record: inout WorkloadRecord, type: String, source: String, prefix: String, _ rep: Int, at time: Int64
  ) {
    record.value.append("{\"specversion\":\"1.0\",\"type\":\"")
    record.value.append(type)
    record.value.append("\",\"source\":\"")
    record.value.append(source)
    record.value.append("\",\"id\":\"")
    record.value.append(prefix)
    record.value.append(number: number)
    record.value.append("\",\"time\":\"")
    record.value.append(time: time)
    record.value.append("\",\"rep\":\"rep-")
    record.value.append(number: rep)
    record.value.append("\",\"data\":{")
  }

  private func end(_ record: inout WorkloadRecord, _ rep: Int) {
    record.value.append("\",\"ownerId\":\"rep-")
    record.value.append(number: rep)
    record.value.append("\",\"teamId\":\"team-")
    record.value.append(number: rep % 20)
    record.value.append("\",\"regionId\":\"")
    record.value.append(Self.regions[rep % Self.regions.count])
    record.value.append("\"}}")
  }
}
