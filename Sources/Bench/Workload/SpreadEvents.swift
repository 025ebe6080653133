/// Flat events each of which belongs to a rep, kind and minute of its own: event n has its place among 1,000 reps,
/// then 5 kinds, then the minutes one after the other.
struct SpreadEvents: RepeatableWorkload {
  /// The number of the next event.
  var number = 0
  /// The first minute, in milliseconds since the Unix epoch.
  var start = FlatEvents.start

  private static let kinds = [
    "call.completed", "email.sent", "meeting.scheduled", "deal.created", "deal.closed",
  ]
  static let perMinute = FlatEvents.repCount * kinds.count

  mutating func repeatFromTheFirst() { number = 0 }

  mutating func next(_ record: inout WorkloadRecord) {
    let rep = number % FlatEvents.repCount
    let kind = number / FlatEvents.repCount % Self.kinds.count
    let time = start + Int64(number / Self.perMinute) * 60_000
    record.begin(timestampMillis: time, home: rep)
    record.key.append("rep-")
    record.key.append(number: rep)
    record.value.append("{\"id\":\"evt-")
    record.value.append(number: number)
    record.value.append("\",\"type\":\"")
    record.value.append(Self.kinds[kind])
    record.value.append("\",\"time\":\"")
    record.value.append(time: time)
    record.value.append("\",\"rep\":\"rep-")
    record.value.append(number: rep)
    record.value.append("\",\"data\":{\"amount\":10.5,\"outcome\":\"won\"}}")
    number += 1
  }
}
