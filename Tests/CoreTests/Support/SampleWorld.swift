@testable import Core

/// A seeded stream of sample events: late, duplicate, out of order, re-owned, deleted, in several currencies.
///
/// No row is written twice at one time, no tracked field twice in a row with one value: there the order of
/// arrival may show (see the tests of tables).
struct SampleWorld {
  static let start: Int64 = 1_774_396_800_000  // 2026-03-25T00:00:00Z
  private var random: SplitMix
  private var clock = SampleWorld.start
  private var nextNumber = 0
  private var deals: [Deal] = []
  private var calls: [Call] = []
  private var sent: [(partition: Int, event: SampleEvent)] = []
  private let partitions: Int
  private let stepMillis: Int64

  private struct Deal {
    let id: String
    let partition: Int
    var status = "open"
    var owners = 1
    var time: Int64
  }

  private struct Call {
    let id: String
    let partition: Int
    var time: Int64
    var isDeleted = false
  }

  init(seed: UInt64, partitions: Int, stepMillis: Int64 = 15 * 60_000) {
    random = SplitMix(state: seed)
    self.partitions = partitions
    self.stepMillis = stepMillis
  }

  static func events(
    seed: UInt64, count: Int, partitions: Int, stepMillis: Int64 = 15 * 60_000
  ) -> [(partition: Int, event: SampleEvent)] {
    var world = SampleWorld(seed: seed, partitions: partitions, stepMillis: stepMillis)
    while world.sent.count < count { world.step() }
    return world.shuffled()
  }

  private mutating func step() {
    clock += Int64.random(in: 1...stepMillis, using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<35: sendStreamCall()
    case 35..<45: sendRowCall()
    case 45..<60: openDeal()
    case 60..<85: changeDeal()
    case 85..<95: sendCost()
    default:
      if let again = sent.randomElement(using: &random) { sent.append(again) }
    }
  }

  private mutating func send(_ partition: Int, _ event: SampleEvent) {
    nextNumber += 1
    sent.append((partition, event.with { $0.id = "event-\(nextNumber)" }))
  }

  private mutating func owner() -> [String: SampleValue] {
    let rep = Int.random(in: 0..<7, using: &random)
    return [
      "ownerId": .text("rep-\(rep)"), "teamId": .text("team-\(rep % 3)"),
      "regionId": .text("region-\(rep % 2)"),
    ]
  }

  private mutating func lateTime() -> Int64 {
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<14: clock
    case 14..<18: clock - Int64.random(in: 0..<600_000, using: &random)
    default: clock - Int64.random(in: 0..<21_600_000, using: &random)
    }
  }

  private mutating func sendStreamCall() {
    var fields = owner()
    fields["kind"] = .text(["call", "email", "meeting"][Int.random(in: 0..<3, using: &random)])
    if Bool.random(using: &random) {
      fields["minutes"] = .number(Int64.random(in: 0..<40, using: &random) * 250_000)
    }
    let time = lateTime()
    if Int.random(in: 0..<4, using: &random) == 0 { fields["startAt"] = .number(time - 300_000) }
    send(Int.random(in: 0..<partitions, using: &random), SampleEvent("activity", at: time, fields))
  }

  private mutating func sendRowCall() {
    if let place = calls.indices.randomElement(using: &random), Bool.random(using: &random) {
      calls[place].time = max(calls[place].time + 1, clock)
      let call = calls[place]
      var event = SampleEvent("activity", entityId: call.id, at: call.time)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: event.fields["minutes"] = .number(Int64.random(in: 0..<40, using: &random) * 250_000)
      case 1: event.operation = .delete
      default: event.operation = .restore
      }
      send(call.partition, event)
    } else {
      let call = Call(
        id: "call-\(calls.count)", partition: Int.random(in: 0..<partitions, using: &random), time: clock)
      calls.append(call)
      var fields = owner()
      fields["kind"] = .text("call")
      fields["minutes"] = .number(5_000_000)
      send(call.partition, SampleEvent("activity", entityId: call.id, at: call.time, fields))
    }
  }

  private mutating func openDeal() {
    let deal = Deal(
      id: "deal-\(deals.count)", partition: Int.random(in: 0..<partitions, using: &random), time: clock)
    deals.append(deal)
    var fields = owner()
    fields["ownerId"] = .text("rep-\(deals.count % 5)")
    fields["status"] = .text("open")
    fields["amount"] = .number(Int64.random(in: 1..<9_000, using: &random) * 10_000)
    fields["source"] = .text(["web", "fair"][deals.count % 2])
    switch Int.random(in: 0..<5, using: &random) {
    case 0: break
    case 1, 2: fields["currency"] = .text("EUR")
    default: fields["currency"] = .text("MYR")
    }
    if Bool.random(using: &random) { fields["createdAt"] = .number(clock - 3_600_000) }
    send(deal.partition, SampleEvent("opportunity", entityId: deal.id, at: deal.time, fields))
  }

  private mutating func changeDeal() {
    guard let place = deals.indices.randomElement(using: &random) else { return }
    deals[place].time = max(deals[place].time + 1, clock)
    var event = SampleEvent("opportunity", entityId: deals[place].id, at: deals[place].time)
    event.actorId = "rep-\(Int.random(in: 0..<7, using: &random))"
    switch Int.random(in: 0..<10, using: &random) {
    case 0: event.operation = [.delete, .restore, .merge, .snapshot][Int.random(in: 0..<4, using: &random)]
    case 1: event.fields["amount"] = .number(Int64.random(in: 1..<9_000, using: &random) * 10_000)
    case 2, 3:
      deals[place].owners += 1
      event.fields["ownerId"] = .text("rep-\(place % 5)-\(deals[place].owners)")
      if deals[place].owners % 2 == 0 { event.fields["amount"] = .cleared }
    default:
      let isOpen = deals[place].status == "open"
      deals[place].status = isOpen ? (Bool.random(using: &random) ? "won" : "lost") : "open"
      event.fields["status"] = .text(deals[place].status)
      // A close date is set and cleared for every second deal; the others go by when the status changed.
      if place % 2 == 0 { event.fields["closedAt"] = isOpen ? .number(deals[place].time - 60_000) : .cleared }
    }
    send(deals[place].partition, event)
  }

  private mutating func sendCost() {
    var fields: [String: SampleValue] = ["regionId": .text("region-\(Int.random(in: 0..<2, using: &random))")]
    fields["amount"] = .number(Int64.random(in: -500..<9_000, using: &random) * 10_000)
    fields["currency"] = .text(["EUR", "MYR", "USD"][Int.random(in: 0..<3, using: &random)])
    send(Int.random(in: 0..<partitions, using: &random), SampleEvent("cost", at: lateTime(), fields))
  }

  /// Lets every tenth event arrive up to 15 places later.
  private mutating func shuffled() -> [(partition: Int, event: SampleEvent)] {
    for place in sent.indices where Int.random(in: 0..<10, using: &random) == 0 {
      let other = min(sent.count - 1, place + Int.random(in: 0..<15, using: &random))
      sent.insert(sent.remove(at: place), at: other)
    }
    return sent
  }
}
