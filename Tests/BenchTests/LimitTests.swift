import Foundation
import Testing

@testable import Bench

@Suite struct LimitTests {
  private struct Flat: Decodable {
    struct Data: Decodable {
      let amount: Double
      let outcome: String
    }
    let type, time, rep: String
    let data: Data
  }

  private struct Key: Hashable {
    let rep, kind, minute: String
  }

  /// Counts and sums cell by cell, against Foundation's decoder and a dictionary.
  @Test func countsAndSumsAreThoseOfANaiveCount() throws {
    var workload = FlatEvents(seed: 7)
    var record = WorkloadRecord()
    var table = LimitTable(capacity: 1 << 16)
    let decoder = LimitDecoder()
    var naive: [Key: (count: Int64, sum: Int64)] = [:]
    for _ in 0..<20_000 {
      workload.next(&record)
      try record.value.withUnsafeBytes { bytes in
        let fields = try #require(decoder.decode(bytes))
        table.add(
          rep: fields.rep, kind: fields.kind, time: fields.time, amount: fields.amount, isWon: fields.isWon)
      }
      let flat = try JSONDecoder().decode(Flat.self, from: Data(record.value))
      let key = Key(rep: flat.rep, kind: flat.type, minute: String(flat.time.prefix(16)))
      naive[key, default: (0, 0)].count += 1
      if flat.data.outcome == "won" {
        naive[key, default: (0, 0)].sum += Int64((flat.data.amount * 10_000).rounded())
      }
    }
    #expect(table.cellCount == naive.count)
    #expect(table.total.count == 20_000)
    #expect(table.total.sum == naive.values.reduce(0) { $0 + $1.sum } && table.total.sum > 0)
    for (key, expected) in naive {
      let found = table.cell(rep: key.rep, kind: key.kind, minute: key.minute)
      #expect(found == expected)
    }
  }

  @Test func whatIsNoJSONIsNoRecord() {
    let decoder = LimitDecoder()
    for text in ["", "{", "[]", "{\"type\":}"] {
      Array(text.utf8).withUnsafeBytes { #expect(decoder.decode($0) == nil) }
    }
  }
}
