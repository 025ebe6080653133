@testable import Core

/// A call, or a change of a deal.
struct LawEvent {
  enum Content {
    /// Millionths.
    case call(minutes: Int64)
    case deal(String, isWon: Bool, amount: Int64, currency: String, closedAt: Int64)
    case removal(String)
    case restoral(String)
  }

  var partition: Int
  var time: Int64
  var rep: Int
  var content: Content

  var region: Int { rep % 2 }

  var sample: SampleEvent {
    var fields: [String: SampleValue] = [
      "ownerId": .text("rep-\(rep)"), "regionId": .text("region-\(region)"),
    ]
    switch content {
    case .call(let minutes):
      fields["kind"] = .text("call")
      fields["minutes"] = .number(minutes)
      return SampleEvent("activity", at: time, fields)
    case .deal(let id, let isWon, let amount, let currency, let closedAt):
      fields["status"] = .text(isWon ? "won" : "open")
      fields["amount"] = .number(amount)
      fields["currency"] = .text(currency)
      fields["closedAt"] = .number(closedAt)
      return SampleEvent("opportunity", entityId: id, at: time, fields)
    case .removal(let id):
      var event = SampleEvent("opportunity", entityId: id, at: time)
      event.operation = .delete
      return event
    case .restoral(let id):
      var event = SampleEvent("opportunity", entityId: id, at: time)
      event.operation = .restore
      return event
    }
  }

  /// Events in order of arrival; about two in ten calls come late, and three in ten events change deals.
  static func random(
    _ count: Int, partitions: Int, spacing: Int64, from start: Int64 = SampleWorld.start,
    _ random: inout SplitMix
  ) -> [LawEvent] {
    var clock = start
    var rowTime = start
    return (0..<count).map { _ in
      // Bursts and pauses, so that there are sessions.
      clock += Int64.random(
        in: 0...(Int.random(in: 0..<6, using: &random) == 0 ? 4 : 1) * spacing, using: &random)
      let rep = Int.random(in: 0..<4, using: &random)
      let partition = rep % partitions
      guard Int.random(in: 0..<10, using: &random) < 3 else {
        var time = clock
        switch Int.random(in: 0..<20, using: &random) {
        case 0, 1: time -= Int64.random(in: 0...NaiveZone.hour, using: &random)
        case 2: time -= Int64.random(in: 0...NaiveZone.day, using: &random)
        case 3: time -= Int64.random(in: 0...20 * NaiveZone.day, using: &random)
        default: break
        }
        let minutes = Int64.random(in: 0...20, using: &random) * 250_000
        return LawEvent(partition: partition, time: time, rep: rep, content: .call(minutes: minutes))
      }
      // No row is written twice at one time.
      rowTime = max(rowTime + 1, clock)
      let id = "deal-\(rep)-\(Int.random(in: 0..<4, using: &random))"
      let content: Content
      switch Int.random(in: 0..<8, using: &random) {
      case 0: content = .removal(id)
      case 1: content = .restoral(id)
      default:
        content = .deal(
          id, isWon: Int.random(in: 0..<4, using: &random) > 0,
          amount: Int64.random(in: 1...9, using: &random) * 100_500_000,
          currency: Bool.random(using: &random) ? "EUR" : "MYR",
          closedAt: clock - Int64.random(in: 0...10 * NaiveZone.day, using: &random))
      }
      return LawEvent(partition: partition, time: rowTime, rep: rep, content: content)
    }
  }
}
