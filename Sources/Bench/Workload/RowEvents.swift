/// Canonical events each of which makes a row of ten fields.
struct RowEvents: RepeatableWorkload {
  /// The number of the next row.
  var number = 0
  /// How often all of them were written before.
  private var repetition: Int64 = 0

  mutating func repeatFromTheFirst() {
    number = 0
    repetition += 1
  }

  mutating func next(_ record: inout WorkloadRecord) {
    let created = FlatEvents.start + Int64(number) * 10
    let time = created + repetition
    record.begin(timestampMillis: time, home: number)
    record.key.append("row:")
    record.key.append(number: number)
    record.value.append("{\"id\":\"e-")
    record.value.append(number: number)
    record.value.append("\",\"entity\":\"deal\",\"entityId\":\"D-")
    record.value.append(number: number)
    record.value.append("\",\"occurredAt\":\"")
    record.value.append(time: time)
    record.value.append("\",\"data\":{\"ownerId\":\"rep-")
    record.value.append(number: number % FlatEvents.repCount)
    record.value.append("\",\"teamId\":\"team-")
    record.value.append(number: number % 20)
    record.value.append("\",\"stage\":\"")
    record.value.append(SalesEvents.stages[number % SalesEvents.stages.count])
    record.value.append("\",\"status\":\"won\",\"currency\":\"MYR\",\"source\":\"")
    record.value.append(SalesEvents.sources[number % SalesEvents.sources.count])
    record.value.append("\",\"amount\":")
    record.value.append(cents: UInt64(10_000 + number % 1_000_000))
    record.value.append(",\"probability\":0.5,\"createdAt\":\"")
    record.value.append(time: created - 86_400_000)
    record.value.append("\",\"closedAt\":\"")
    record.value.append(time: created)
    record.value.append("\"}}")
    number += 1
  }
}
