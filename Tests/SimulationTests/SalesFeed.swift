/// Makes up what a few reps do, with repeats, corrections and rubbish.
struct SalesFeed {
  private static let reps = 3
  private static let deals = 6
  private let partitionCount: Int
  private var count = 0
  /// The last event time of each deal, which never goes back.
  private var dealTimes = [Int64](repeating: 0, count: Self.deals)
  /// What each partition got last, to be repeated.
  private var last: [SalesEvent?]

  init(partitionCount: Int) {
    self.partitionCount = partitionCount
    last = Array(repeating: nil, count: partitionCount)
  }

  /// The next record and the partition it goes to.
  mutating func next(now: Int64, _ chance: inout Chance) -> (partition: Int, record: SimulatedRecord) {
    count += 1
    let partition: Int
    let event: SalesEvent
    switch chance.number(0...19) {
    case 0:
      partition = chance.number(0...partitionCount - 1)
      event = .malformed
    case 1, 2:
      partition = chance.number(0...partitionCount - 1)
      event = last[partition] ?? call(now, &chance)
    case 3...10:
      partition = chance.number(0...partitionCount - 1)
      event = call(now, &chance)
    default:
      let deal = chance.number(0...Self.deals - 1)
      partition = deal % partitionCount
      event = change(of: deal, now, &chance)
    }
    last[partition] = event
    return (partition, SimulatedRecord(event: event, bytes: event.bytes, timestampMillis: now))
  }

  private func call(_ now: Int64, _ chance: inout Chance) -> SalesEvent {
    .call(
      id: "e\(count)", rep: chance.number(0...Self.reps - 1), at: now - Int64(chance.number(0...1_200_000)),
      seconds: Int64(chance.number(1...600)))
  }

  private mutating func change(of deal: Int, _ now: Int64, _ chance: inout Chance) -> SalesEvent {
    let at = max(dealTimes[deal] + 1, now - Int64(chance.number(0...600_000)))
    dealTimes[deal] = at
    let status = chance.pick(SalesEvent.DealStatus.allCases)
    return .deal(
      id: "e\(count)", deal: deal, rep: deal % Self.reps, at: at, status: status,
      amount: Int64(chance.number(1...900)), closedAt: status == .open ? nil : at)
  }
}
