import Testing

@testable import Core

/// Random events on one row, against the plain list of what was written.
@Suite struct RowTableModelTests {
  private static let fields = [
    field("owner", .string, isTracked: true), field("amount", .decimal, isTracked: true),
    field("stage", .string, isTracked: false), field("closedAt", .time, isTracked: false),
    field("isOpen", .boolean, isTracked: false),
  ]

  private static func field(_ name: String, _ type: FieldType, isTracked: Bool) -> Catalogue.Field {
    Catalogue.Field(name: name, type: type, isUsed: true, isDimension: false, isTracked: isTracked)
  }

  private struct Event {
    var time: Int64
    var order: Int64
    var writes: [(field: Int, value: Int64)]
    var removes: Bool?
  }

  private struct Write {
    var order: Int64
    var value: Int64
  }

  private static func event(_ random: inout SplitMix, isVersioned: Bool) -> Event {
    let time = Int64.random(in: 1...3, using: &random)
    let values: [[Int64]] = [
      [7, 8, FieldValue.absent], [FieldValue.absent + 1, 5, FieldValue.absent], [9, FieldValue.absent],
      [0, -1, FieldValue.absent], [0, 1],
    ]
    var event = Event(
      time: time, order: isVersioned ? Int64.random(in: 1...3, using: &random) : time, writes: [],
      removes: nil)
    for field in fields.indices where Bool.random(using: &random) {
      let choices = values[field]
      event.writes.append((field, choices[Int.random(in: 0..<choices.count, using: &random)]))
    }
    if Int.random(in: 0..<4, using: &random) == 0 { event.removes = Bool.random(using: &random) }
    return event
  }

  private static func apply(_ event: Event, to table: inout RowTable) {
    var row = table.find(1, 2)
    if row < 0 { row = table.insert(1, 2, time: event.time, order: event.order) }
    table.touch(row, time: event.time, order: event.order)
    if let removes = event.removes {
      table.setRemoved(row, removes, time: event.time, order: event.order)
    }
    for write in event.writes {
      table.write(row, field: write.field, value: write.value, time: event.time, order: event.order)
    }
  }

  private static func snapshot(_ table: inout RowTable) -> [UInt8] {
    var output = SnapshotWriter()
    table.encode(fields: fields, into: &output)
    return Array(output.bytes.buffer)
  }

  /// The last arrival among the greatest orders up to a limit, or among the least of all.
  private func naive(_ writes: [Write], asOf limit: Int64) -> Int64 {
    let known = writes.map(\.order).filter { $0 <= limit }.max() ?? writes.map(\.order).min()
    return writes.last { $0.order == known }?.value ?? FieldValue.absent
  }

  private func check(_ table: borrowing RowTable, _ events: [Event], _ note: Comment) {
    let row = table.find(1, 2)
    let view = table.view(row)
    #expect(view.firstTime == events.map(\.time).min(), note)
    #expect(view.firstOrder == events.map(\.order).min(), note)
    let (firstTime, lastOrder) = (table.firstTime(row), table.lastOrder(row))
    #expect(firstTime == view.firstTime && lastOrder == events.map(\.order).max(), note)
    let removals = events.filter { $0.removes != nil }
    let last = removals.last { $0.order == removals.map(\.order).max() }
    let isRemoved = table.isRemoved(row)
    #expect(isRemoved == (last?.removes ?? false), note)
    for field in Self.fields.indices {
      let writes = events.flatMap { event in
        event.writes.filter { $0.field == field }.map { Write(order: event.order, value: $0.value) }
      }
      #expect(view.values[field] == naive(writes, asOf: .max), note)
      let (value, order) = (table.value(row, field: field), table.order(row, field: field))
      #expect(value == view.values[field] && order == writes.map(\.order).max() ?? .min, note)
      // Inside a run of three writes or more a value may be lost.
      guard Self.fields[field].isTracked, writes.count < 3, !writes.isEmpty else { continue }
      for limit in 0...4 as ClosedRange<Int64> {
        #expect(view.value(Int32(field), asOf: limit) == naive(writes, asOf: limit), note)
      }
    }
  }

  @Test(arguments: [false, true]) func aRowIsWhatItsEventsSay(isVersioned: Bool) throws {
    var random = SplitMix(state: isVersioned ? 4 : 5)
    for round in 0..<4_000 {
      var events: [Event] = []
      var table = RowTable(fields: Self.fields)
      var restored = RowTable(fields: Self.fields)
      for number in 0..<Int.random(in: 1...5, using: &random) {
        events.append(Self.event(&random, isVersioned: isVersioned))
        Self.apply(events[number], to: &table)
        Self.apply(events[number], to: &restored)
        check(table, events, "round \(round): \(events)")
        let bytes = Self.snapshot(&table)
        let others = Self.snapshot(&restored)
        #expect(others == bytes, "round \(round): \(events)")
        if Bool.random(using: &random) {
          restored = RowTable(fields: Self.fields)
          try bytes.withUnsafeBufferPointer {
            var input = SnapshotReader($0)
            try restored.decode(fields: Self.fields, from: &input)
            #expect(input.isAtEnd)
          }
          check(restored, events, "round \(round), restored: \(events)")
        }
      }
    }
  }

  /// Rows written once take what their values take, and rows that go give everything back.
  @Test func memoryFollowsTheRows() {
    var table = RowTable(fields: Self.fields)
    let empty = table.byteCount
    let count = 40_000
    for number in 0..<count {
      let time = Int64(number)
      let row = table.insert(time * 977, time, time: time, order: time)
      table.touch(row, time: time, order: time)
      for field in Self.fields.indices {
        // Owners come and go.
        table.write(row, field: field, value: field == 0 ? time : 1, time: time, order: time)
      }
    }
    // Key and time, three numbers, two values; with the index, and a number for every owner.
    let full = table.byteCount
    #expect(full - empty < count * (24 + 3 * 4 + 2 * 8 + 8 + 32))
    for number in 0..<count {
      table.touch(number, time: Int64(number) + 1, order: Int64(number) + 1)
    }
    let gone = table.evict { $0 >= 100 }
    #expect(gone == count - 100)
    let (first, last) = (table.value(0, field: 0), table.value(99, field: 0))
    #expect(first == 0 && last == 99)
    let kept = table.byteCount
    for number in 0..<4_000 {
      let time = Int64(number)
      let row = table.insert(-1 - time, time, time: time, order: time)
      table.touch(row, time: time + 1, order: time + 1)
      _ = table.evict { $0 == row }
    }
    let after = table.byteCount
    let left = table.count
    #expect(left == 100 && after <= kept + 64_000)
  }
}
