import Testing

@testable import Core

/// Every order of arrival of a few writes, against the full list of them.
@Suite struct RowTableTests {
  private struct Write {
    let order: Int64
    let value: Int64
  }

  private static func fields(_ tracked: [Bool]) -> [Catalogue.Field] {
    tracked.enumerated().map { place, isTracked in
      Catalogue.Field(
        name: "field\(place)", type: .string, isUsed: true, isDimension: false, isTracked: isTracked)
    }
  }

  private static func orders(_ count: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    return orders(count - 1).flatMap { shorter in
      (0...shorter.count).map { place in
        var longer = shorter
        longer.insert(count - 1, at: place)
        return longer
      }
    }
  }

  /// The naive answer: the last arrival among the greatest orders up to a limit, or the very first write.
  private func naive(_ arrivals: [Write], asOf limit: Int64) -> Int64 {
    let sorted = arrivals.enumerated().sorted {
      ($0.element.order, $0.offset) < ($1.element.order, $1.offset)
    }
    return (sorted.last { $0.element.order <= limit } ?? sorted[0]).element.value
  }

  /// Writes arrivals to one row and returns its present value and its values as of orders 0 to `limit`.
  private func table(_ arrivals: [Write], limit: Int64) -> (now: Int64, asOf: [Int64], since: Int64) {
    var table = RowTable(fields: Self.fields([true]))
    let row = table.insert(1, 2, time: arrivals[0].order, order: arrivals[0].order)
    for write in arrivals {
      table.touch(row, time: write.order, order: write.order)
      table.write(row, field: 0, value: write.value, time: write.order, order: write.order)
    }
    let view = table.view(row)
    return (view.values[0], (0...limit).map { view.value(0, asOf: $0) }, view.since(0)?.time ?? -1)
  }

  @Test func currentValuesDoNotDependOnArrivalAndHistoryLosesOnlyInsideRuns() {
    var lossCount = 0
    for count in 1...5 {
      for values in 0..<(1 << count) {
        let writes = (0..<count).map { Write(order: Int64($0 + 1), value: Int64(values >> $0 & 1)) }
        for order in Self.orders(count) {
          let arrivals = order.map { writes[$0] }
          let found = table(arrivals, limit: Int64(count))
          #expect(found.now == writes[count - 1].value, "\(arrivals)")
          for limit in 0...Int64(count) where found.asOf[Int(limit)] != naive(arrivals, asOf: limit) {
            lossCount += 1
            // A value is lost only where three or more writes of it made one run and an inner one was needed.
            let lost = naive(arrivals, asOf: limit)
            #expect(writes.filter { $0.value == lost }.count >= 3, "\(arrivals) as of \(limit)")
            #expect(order != Array(0..<count), "\(arrivals) came in order")
            #expect(limit != 0 && limit != Int64(count), "\(arrivals) as of \(limit)")
          }
        }
      }
    }
    #expect(lossCount > 0, "the documented loss inside a run does not occur any more")
  }

  @Test func sinceIsTheFirstWriteOfThePresentValue() {
    for values in 0..<16 {
      let writes = (0..<4).map { Write(order: Int64($0 + 1), value: Int64(values >> $0 & 1)) }
      let present = writes[3].value
      let begin = (writes.lastIndex { $0.value != present } ?? -1) + 1
      for order in Self.orders(4) {
        let since = table(order.map { writes[$0] }, limit: 4).since
        if writes.filter({ $0.value == present }).count < 3 {
          #expect(since == Int64(begin + 1), "\(order.map { writes[$0] })")
        }
      }
    }
  }

  /// The order may be a version, which says nothing about time.
  @Test func aVersionedWriteKeepsItsTime() {
    let writes: [(version: Int64, time: Int64, value: Int64)] = [(1, 1_000, 7), (2, 2_000, 8), (3, 3_000, 7)]
    for order in Self.orders(3) {
      var table = RowTable(fields: Self.fields([true]))
      let row = table.insert(1, 2, time: writes[order[0]].time, order: writes[order[0]].version)
      for place in order {
        let write = writes[place]
        table.write(row, field: 0, value: write.value, time: write.time, order: write.version)
      }
      let since = table.view(row).since(0)
      #expect(since?.time == 3_000 && since?.order == 3, "arrived as \(order.map { $0 + 1 })")
    }
  }

  @Test func ofWritesWithOneOrderTheLaterArrivalCounts() {
    for code in 0..<(27 * 16) {
      let writes = (0..<4).map { place in
        Write(
          order: [1, 2, 3][place < 3 ? code / [1, 3, 9][place] % 3 : 1], value: Int64(code / 27 >> place & 1))
      }
      for order in Self.orders(4) {
        let arrivals = order.map { writes[$0] }
        #expect(table(arrivals, limit: 3).now == naive(arrivals, asOf: .max), "\(arrivals)")
        #expect(table(arrivals, limit: 3).asOf[3] == naive(arrivals, asOf: .max), "\(arrivals)")
      }
    }
  }

  @Test func fieldsDoNotDisturbEachOther() {
    var random = SplitMix(state: 91)
    for round in 0..<300 {
      var table = RowTable(fields: Self.fields([true, true, false]))
      let row = table.insert(1, 2, time: 0, order: 0)
      var last: [Int: (order: Int64, value: Int64)] = [:]
      for number in 0..<12 {
        let field = Int.random(in: 0..<3, using: &random)
        let order = Int64.random(in: 1..<20, using: &random)
        let value = Bool.random(using: &random) ? FieldValue.absent : Int64(number)
        table.write(row, field: field, value: value, time: order, order: order)
        if order >= last[field]?.order ?? .min { last[field] = (order, value) }
      }
      for (field, write) in last { #expect(table.view(row).values[field] == write.value, "round \(round)") }
    }
  }

  @Test func removalGoesByOrder() {
    for order in Self.orders(3) {
      var table = RowTable(fields: Self.fields([false]))
      let row = table.insert(1, 2, time: 1, order: 1)
      for step in order { table.setRemoved(row, step != 1, time: 1, order: Int64(step + 1)) }
      let isRemoved = table.isRemoved(row)
      #expect(isRemoved, "\(order)")
      table.setRemoved(row, false, time: 1, order: 3)
      let isStillRemoved = table.isRemoved(row)
      #expect(!isStillRemoved)
    }
  }

  @Test func evictionAndSnapshotKeepTheOtherRows() throws {
    let fields = Self.fields([true, false])
    var table = RowTable(fields: fields)
    var random = SplitMix(state: 92)
    for number in 0..<200 as Range<Int64> {
      let row = table.insert(number * 977, number, time: number, order: number)
      for order in number..<number + 4 {
        table.write(row, field: 0, value: Int64.random(in: 0..<3, using: &random), time: order, order: order)
        table.write(row, field: 1, value: order, time: order, order: order)
      }
    }
    #expect(table.evict { $0 % 3 == 0 } == 67)
    #expect(table.count == 133)
    for number in 0..<200 as Range<Int64> {
      let row = table.find(number * 977, number)
      #expect((row < 0) == (number % 3 == 0))
      if row >= 0 { #expect(table.view(row).values[1] == number + 3) }
    }
    // Runs that were given back are used again.
    let added = table.insert(-5, -5, time: 0, order: 0)
    table.write(added, field: 0, value: 7, time: 0, order: 0)
    #expect(table.view(added).since(0)?.time == 0)

    var output = SnapshotWriter()
    table.encode(fields: fields, into: &output)
    var copy = RowTable(fields: fields)
    var input = SnapshotReader(output.bytes.buffer)
    try copy.decode(fields: fields, from: &input)
    var again = SnapshotWriter()
    copy.encode(fields: fields, into: &again)
    #expect(input.isAtEnd && Array(again.bytes.buffer) == Array(output.bytes.buffer))

    // A catalogue with other fields keeps those it knows.
    let others = [fields[1]]
    var narrow = RowTable(fields: others)
    var narrowInput = SnapshotReader(output.bytes.buffer)
    try narrow.decode(fields: others, from: &narrowInput)
    #expect(narrowInput.isAtEnd && narrow.view(narrow.find(977, 1)).values[0] == 4)
  }
}
