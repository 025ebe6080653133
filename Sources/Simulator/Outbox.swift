/// Records under way, given out in order of arrival.
struct Outbox: Sendable {
  private struct Delivery: Timed {
    let time: Int64
    let order: UInt64
    let slot: Int
  }

  private var heap = MinimumHeap<Delivery>()
  private var records: [SimulatedRecord?] = []
  private var freeSlots: [Int] = []
  private var sent: UInt64 = 0

  var nextArrival: Int64? { heap.first?.time }

  mutating func send(_ record: SimulatedRecord) {
    sent += 1
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      records[slot] = record
    } else {
      slot = records.count
      records.append(record)
    }
    heap.insert(Delivery(time: record.arrivalAt, order: sent, slot: slot))
  }

  mutating func removeNext() -> SimulatedRecord? {
    guard let delivery = heap.removeFirst() else { return nil }
    freeSlots.append(delivery.slot)
    var record: SimulatedRecord?
    swap(&record, &records[delivery.slot])
    return record
  }
}
