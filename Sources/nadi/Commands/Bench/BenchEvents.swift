import Core
import Service

/// Events as the bytes of records, made from a seed.
final class BenchEvents {
  let records: [ValueRecord]
  private let bytes: UnsafeMutableRawBufferPointer

  static let partitionCount = 4
  /// Events of 5 seconds.
  static let perCommit = 5 * perSecond
  private static let perSecond = 280
  private static let repCount: UInt64 = 1_000
  private static let disorderMillis: UInt64 = 5_000
  /// 2026-03-02T01:00:00Z.
  private static let start: Int64 = 1_772_413_200_000
  /// Kinds with how many of a hundred events are of them.
  private static let kinds: [(name: String, share: UInt64, source: String)] = [
    ("call.completed", 45, "dialer/aircall"), ("email.sent", 35, "mail/gmail"),
    ("meeting.scheduled", 10, "cal/google"), ("deal.created", 6, "crm/hubspot"),
    ("deal.closed", 4, "crm/hubspot"),
  ]

  init(count: Int, seed: UInt64) {
    var random = BenchRandom(state: seed)
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count * Self.bytesMax, alignment: 8)
    var offsets = [Int64](repeating: 0, count: Self.partitionCount)
    var used = 0
    records = (0..<count).map { number in
      let ordered = Self.start + Int64(number) * 1_000 / Int64(Self.perSecond)
      let time = max(Self.start, ordered - Int64(random.next(below: Self.disorderMillis)))
      let rep = random.next(below: Self.repCount)
      let text = Array(Self.text(number, time, rep, &random).utf8)
      precondition(text.count <= Self.bytesMax, "an event is longer than the room for it")
      let place = UnsafeMutableRawBufferPointer(rebasing: bytes[used..<used + text.count])
      place.copyBytes(from: text)
      used += text.count
      let partition = Int(rep) % Self.partitionCount
      defer { offsets[partition] += 1 }
      return ValueRecord(
        partition: Int32(partition), offset: offsets[partition], timestampMillis: ordered,
        value: UnsafeRawBufferPointer(place))
    }
    self.bytes = bytes
  }

  deinit { bytes.deallocate() }

  private static let bytesMax = 400

  private static func text(_ number: Int, _ time: Int64, _ rep: UInt64, _ random: inout BenchRandom) -> String
  {
    var share = random.next(below: 100)
    var kind = 0
    while share >= kinds[kind].share {
      share -= kinds[kind].share
      kind += 1
    }
    let cents = 100 + random.next(below: 5_000_000)
    let outcome =
      kind == 3 ? "open" : kind == 4 ? (random.next(below: 10) < 3 ? "won" : "lost") : "none"
    var clock = [UInt8](repeating: 0, count: RFC3339.capacity)
    let length = clock.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { RFC3339.writeUTC(time, into: $0) } ?? 0
    }
    return "{\"id\":\"evt-\(number)\",\"type\":\"\(kinds[kind].name)\",\"time\":\""
      + String(decoding: clock.prefix(length), as: UTF8.self)
      + "\",\"source\":\"\(kinds[kind].source)\",\"rep\":\"rep-\(rep)\",\"team\":\"team-\(rep % 20)\","
      + "\"region\":\"my-\(rep % 5)\",\"data\":{\"deal\":\"D-\(number)\",\"amount\":\(cents / 100)."
      + "\(cents % 100 < 10 ? "0" : "")\(cents % 100),\"currency\":\"MYR\",\"outcome\":\"\(outcome)\","
      + "\"note\":\"the customer asked for a quote\"}}"
  }
}
