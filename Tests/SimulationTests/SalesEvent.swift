/// What happened, before anybody wrote it down as JSON.
enum SalesEvent: Sendable {
  case call(id: String, rep: Int, at: Int64, seconds: Int64)
  case deal(id: String, deal: Int, rep: Int, at: Int64, status: DealStatus, amount: Int64, closedAt: Int64?)
  /// Bytes that no event can be read from.
  case malformed

  enum DealStatus: String, CaseIterable, Sendable { case open, won, lost }

  static func team(of rep: Int) -> Int { rep % 2 }

  /// The record's value as a producer writes it.
  var bytes: [UInt8] {
    switch self {
    case .call(let id, let rep, let at, let seconds):
      Array(
        (#"{"id":"\#(id)","entity":"activity","op":"upsert","occurredAt":"\#(Stamp.text(at))","#
          + #""data":{"kind":"call","status":"completed","ownerId":"rep-\#(rep)","#
          + #""teamId":"team-\#(Self.team(of: rep))","durationSec":\#(seconds)}}"#).utf8)
    case .deal(let id, let deal, let rep, let at, let status, let amount, let closedAt):
      Array(
        (#"{"id":"\#(id)","entity":"opportunity","op":"upsert","entityId":"deal-\#(deal)","occurredAt":"\#(Stamp.text(at))","#
          + #""data":{"ownerId":"rep-\#(rep)","teamId":"team-\#(Self.team(of: rep))","status":"\#(status)","#
          + #""amount":"\#(amount)","currency":"MYR","closedAt":\#(closedAt.map { "\"\(Stamp.text($0))\"" } ?? "null")}}"#)
          .utf8)
    case .malformed: Array(#"{"id":"#.utf8)
    }
  }
}

/// One record of the input, at its place.
struct SimulatedRecord: Sendable {
  var event: SalesEvent
  var bytes: [UInt8]
  /// When it was produced, in milliseconds.
  var timestampMillis: Int64
}
