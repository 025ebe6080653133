import Testing

@testable import Core

@Suite struct ContainerTests {
  @Test func flatArrayGrowsAndShrinks() {
    var array = FlatArray<Int64>()
    #expect(array.count == 0 && array.buffer.isEmpty)
    for number in 0..<1_000 { array.append(Int64(number)) }
    array[7] = -7
    array.append(repeating: 5, count: 3)
    [8, 9].withUnsafeBufferPointer { array.append(contentsOf: $0) }
    #expect(array.count == 1_005)
    #expect(array[7] == -7 && array[999] == 999 && array[1_002] == 5 && array[1_004] == 9)
    array.truncate(to: 8)
    #expect(Array(array.buffer) == [0, 1, 2, 3, 4, 5, 6, -7])
    array.removeAll()
    #expect(array.count == 0)
    let filled = FlatArray(repeating: UInt8(3), count: 4)
    #expect(Array(filled.buffer) == [3, 3, 3, 3])
  }

  @Test func indexTableFindsEveryRowAlsoWhenHashesCollide() {
    for mask in [UInt64.max, 7, 0] {
      var table = IndexTable()
      let keys = (0..<300).map { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 }
      for (row, key) in keys.enumerated() {
        #expect(table.find(key & mask) { keys[$0] == key } == -1)
        table.insert(key & mask, row: row) { keys[$0] & mask }
      }
      for (row, key) in keys.enumerated() { #expect(table.find(key & mask) { keys[$0] == key } == row) }
      table.removeAll()
      #expect(table.find(keys[3] & mask) { _ in true } == -1)
    }
  }

  /// Only the hashes' other bits tell rows in neighbouring slots apart, or each search would look at many.
  @Test func aSearchLooksAtHardlyAnyOtherRow() {
    var table = IndexTable()
    let keys = (0..<12_000).map { UInt64($0) &* 0xD6E8_FEB8_6659_FD93 }
    for (row, key) in keys.enumerated() { table.insert(key, row: row) { keys[$0] } }
    var looks = 0
    for (row, key) in keys.enumerated() {
      let found = table.find(key) {
        looks += 1
        return keys[$0] == key
      }
      #expect(found == row)
    }
    #expect(looks >= keys.count && looks < keys.count + 100)
    looks = 0
    for number in keys.count..<2 * keys.count {
      let found = table.find(UInt64(number) &* 0xD6E8_FEB8_6659_FD93) { _ in
        looks += 1
        return false
      }
      #expect(found == -1)
    }
    #expect(looks < 100)
  }

  @Test func slotsHoldAsManyRowsAsTheySay() {
    for room in 0...100 {
      let slots = HashSlots(rows: room)
      var rows = 0
      while slots.holds(rows + 1) {
        slots.insert(Hashing.mix(UInt64(rows)), row: rows)
        rows += 1
      }
      #expect(rows >= room && rows < slots.count)
      for row in 0..<rows { #expect(slots.find(Hashing.mix(UInt64(row))) { $0 == row }.row == row) }
      var all: [Int] = []
      slots.forEachRow { all.append($0) }
      #expect(all.sorted() == Array(0..<rows))
      slots.free()
    }
  }

  private func intern(_ text: String, _ table: inout TextTable) -> Int64 {
    let hash = Hashing.textValue(text)
    var text = text
    return text.withUTF8 { bytes in
      bytes.baseAddress.map { table.intern(UnsafeRawPointer($0), bytes.count, hash: hash) } ?? hash
    }
  }

  @Test func textsBeyondTheLimitAreOther() throws {
    var table = TextTable(limit: 3)
    for text in ["anna", "ben", "carla", "anna"] { #expect(intern(text, &table) == Hashing.textValue(text)) }
    #expect(table.count == 3)
    let other = Hashing.textValue(TextTable.other)
    #expect(intern("dora", &table) == other && intern("emil", &table) == other)
    #expect(table.count == 4 && table.overflowCount == 2)
    #expect(String(decoding: table.text(table.number(ofHash: other)), as: UTF8.self) == "__other__")
    #expect(table.number(ofHash: FieldValue.absent) == 0 && table.number(ofHash: 12_345) == 0)

    var output = SnapshotWriter()
    table.encode(into: &output)
    var copy = TextTable(limit: 3)
    var input = SnapshotReader(output.bytes.buffer)
    try copy.decode(from: &input)
    #expect(input.isAtEnd && copy.count == 4 && copy.overflowCount == 2)
    for number in 0...4 as ClosedRange<UInt32> {
      #expect(Array(copy.text(number)) == Array(table.text(number)))
      #expect(copy.hash(of: number) == table.hash(of: number))
    }
  }

  @Test func currenciesAreNamedBeyondTheLimit() {
    var table = TextTable(limit: 1)
    let other = Hashing.textValue(TextTable.other)
    #expect(intern("anna", &table) == Hashing.textValue("anna"))
    for text in ["ben", "MYR", "usd", "MYR"] { #expect(intern(text, &table) == Hashing.textValue(text)) }
    for text in ["EU", "EUR1", "R$1", "€"] { #expect(intern(text, &table) == other, "\(text)") }
    #expect(table.count == 5 && table.overflowCount == 4)
  }

  /// A filter that can be asked inside an expectation.
  private final class Filter {
    private var filter: DuplicateFilter
    init(horizonMillis: Int64) { filter = DuplicateFilter(horizonMillis: horizonMillis) }
    var count: Int { filter.count }
    func isNew(_ low: Int64, _ high: Int64) -> Bool { filter.isNew(low, high) }
    func advance(to time: Int64) { filter.advance(to: time) }
    func bytes() -> [UInt8] {
      var output = SnapshotWriter()
      filter.encode(into: &output)
      return Array(output.bytes.buffer)
    }
    func decode(_ bytes: [UInt8]) throws -> Bool {
      try bytes.withUnsafeBufferPointer { buffer in
        var input = SnapshotReader(buffer)
        try filter.decode(from: &input)
        return input.isAtEnd
      }
    }
  }

  @Test func duplicatesAreKnownForOneToTwoHorizons() throws {
    let filter = Filter(horizonMillis: 100)
    filter.advance(to: 0)
    #expect(filter.isNew(1, 1))
    #expect(!filter.isNew(1, 1) && filter.isNew(1, 2))
    for time in stride(from: 0, through: 99, by: 9) as StrideThrough<Int64> {
      filter.advance(to: time)
      #expect(!filter.isNew(1, 1), "\(time)")
    }
    filter.advance(to: 150)
    #expect(filter.isNew(2, 2) && !filter.isNew(1, 1))
    let copy = Filter(horizonMillis: 100)
    #expect(try copy.decode(filter.bytes()))
    #expect(copy.count == filter.count && copy.bytes() == filter.bytes())
    #expect(!copy.isNew(1, 1) && !copy.isNew(2, 2))
    copy.advance(to: 249)
    #expect(!copy.isNew(2, 2))
    copy.advance(to: 10_000)
    #expect(copy.count == 0 && copy.isNew(2, 2))
  }

  /// Every id is known for at least one horizon of event time and never for more than two.
  @Test func horizonLaw() {
    var random = SplitMix(state: 81)
    let filter = Filter(horizonMillis: 1_000)
    var sentAt: [Int64] = []
    var time: Int64 = 5_000
    for number in 0..<3_000 {
      time += Int64.random(in: 0..<40, using: &random)
      filter.advance(to: time)
      #expect(filter.isNew(Int64(number), 9))
      sentAt.append(time)
      let old = Int.random(in: max(0, number - 120)...number, using: &random)
      let age = time - sentAt[old]
      if age < 1_000 { #expect(!filter.isNew(Int64(old), 9), "number \(old), age \(age)") }
    }
    #expect(filter.count <= 2 * 1_000)
    filter.advance(to: time + 2_000)
    #expect(filter.isNew(0, 9))
  }

  @Test func parentsAreThoseSeenLast() throws {
    var table = ParentTable(scopeCount: 2)
    table.note(scope: 1, child: 4, parent: 9, time: 100)
    table.note(scope: 1, child: 4, parent: 8, time: 50)
    let first = table.parent(scope: 1, child: 4)
    #expect(first?.parent == 9)
    table.note(scope: 1, child: 4, parent: 7, time: 100)
    let second = table.parent(scope: 1, child: 4)
    #expect(second?.parent == 7)
    let others = [table.parent(scope: 0, child: 4)?.parent, table.parent(scope: 1, child: 3)?.parent]
    #expect(others == [nil, nil])
    var output = SnapshotWriter()
    table.encode(scope: 1, into: &output)
    var copy = ParentTable(scopeCount: 1)
    var input = SnapshotReader(output.bytes.buffer)
    try copy.decode(scope: 0, textCount: 9, from: &input)
    let restored = copy.parent(scope: 0, child: 4)
    #expect(input.isAtEnd && restored?.time == 100 && restored?.parent == 7)
    var ignored = SnapshotReader(output.bytes.buffer)
    try copy.decode(scope: nil, textCount: 9, from: &ignored)
    #expect(ignored.isAtEnd)
    let isRefused: Bool
    do {
      var foreign = SnapshotReader(output.bytes.buffer)
      try copy.decode(scope: 0, textCount: 4, from: &foreign)
      isRefused = false
    } catch {
      isRefused = true
    }
    #expect(isRefused, "parent 7 of 4 texts was taken")
  }
}
