import Foundation
import Testing

@testable import Bench

@Suite struct BenchLineTests {
  static var line: BenchLine {
    var line = BenchLine(bench: "ingest", job: "a \"job\"\\\n")
    line.add("events", 1_234_567)
    line.add("wallSeconds", 1_234.5678, 2)
    line.add("missing", .nan, 2)
    line.add("negative", -1_000)
    return line
  }

  @Test func jsonIsReadBack() throws {
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(Self.line.json.utf8)) as? [String: Any])
    #expect(object["bench"] as? String == "ingest")
    #expect(object["job"] as? String == "a \"job\"\\\n")
    #expect(object["events"] as? Int == 1_234_567)
    #expect(object["wallSeconds"] as? Double == 1_234.57)
    #expect(object["missing"] == nil)
    #expect(object.count == 5)
  }

  @Test func cellsAreForPeople() {
    #expect(Self.line.cell("events") == "1,234,567")
    #expect(Self.line.cell("wallSeconds") == "1,234.57")
    #expect(Self.line.cell("negative") == "-1,000")
    #expect(Self.line.cell("missing") == "-")
    #expect(Self.line.cell("nothing") == "-")
  }

  @Test func goesFromProcessToProcess() throws {
    let data = try JSONEncoder().encode([Self.line])
    #expect(try JSONDecoder().decode([BenchLine].self, from: data) == [Self.line])
  }

  @Test func columnsStandBelowTheirHeads() {
    var line = BenchLine(bench: "b", job: "J1")
    line.add("events", 1_000)
    let table = BenchTable([("events", "events", 10), ("none", "none", 6)])
    #expect(table.head == "job                           events  none")
    #expect(table.row(line) == "J1                             1,000     -")
  }

  @Test func medians() {
    #expect(Median.of([3, 1, 2]) == 2)
    #expect(Median.of([4, 1, 2, 3]) == 3)
    #expect(Median.of([]).isNaN)
  }
}
