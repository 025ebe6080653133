import Catalogue
import Foundation
import Testing

@testable import Service

/// The daemon on the mock cluster, which shows aborted records and drops transactional offsets.
@Suite struct RunServiceTests {
  @Test(arguments: [Delivery.atLeastOnce, .exactlyOnce])
  func everyEventCountsOnce(_ delivery: Delivery) async throws {
    let input = Input.simulated(500)
    let reference = try EngineRun(input)
    let broker = try TestBroker()
    let directory = try TemporaryDirectory()
    try broker.send(input)
    let service = RunningService(
      try Configurations.make(
        brokers: broker.cluster.bootstrap, directory: directory.path, delivery: delivery,
        workers: delivery == .exactlyOnce ? 2 : 1))
    try await service.finish(afterReading: reference.books.read)
    #expect(service.status.books == reference.books)
    #expect(service.status.books.isBalanced)
    let differences = try broker.lastUpdates().differences(from: reference.updates)
    #expect(differences == [])
    try checkRecords(try broker.read(Configurations.output), count: service.status.updateCount)
    let letters = try broker.read(Configurations.deadLetters)
    #expect(letters.count == reference.deadLetterCount)
    #expect(service.status.deadLetterCount == UInt64(letters.count))
    #expect(try directory.names().count == 2, "the lock and the last snapshot")
  }

  private func checkRecords(_ records: [TestBroker.ReadRecord], count: UInt64) throws {
    #expect(records.count == Int(count))
    var identifiers = Set<String>()
    for record in records {
      #expect(record.headers["ce_specversion"] == "1.0")
      #expect(record.headers["ce_type"] == "io.nadi.metric.updated.v1")
      #expect(record.headers["ce_source"] == "/nadi/nadi-test")
      #expect(record.headers["content-type"] == "application/json")
      #expect(record.headers["ce_id"]?.hasPrefix(record.key + "#") == true)
      let object = try #require(try JSONSerialization.jsonObject(with: record.value) as? [String: Any])
      #expect(record.headers["ce_time"] == object["asOf"] as? String)
      let metric = try #require(object["metric"] as? String)
      #expect(record.key.split(separator: "|").first.map(String.init) == metric)
      #expect(record.key.split(separator: "|").count >= 5)
      identifiers.insert(record.headers["ce_id"] ?? "")
    }
    #expect(identifiers.count == records.count, "an update has an id of its own")
  }

  @Test func deadLettersCarryTheOriginal() async throws {
    let broker = try TestBroker()
    let directory = try TemporaryDirectory()
    let bad: [(value: [UInt8], reason: String)] = [
      (Array("call me back".utf8), "not_json"),
      (Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), "invalid_utf8"),
      (Array("[1,2]".utf8), "not_an_object"),
      (
        Array(
          #"{"id":"1","entity":"spaceship","op":"upsert","occurredAt":"2025-03-03T01:00:00Z","data":{}}"#.utf8
        ), "unknown_entity"
      ),
      (
        Array(
          #"{"id":"2","entity":"cost","op":"upsert","occurredAt":"2025-03-03T01:00:00Z","data":{}}"#.utf8),
        "missing_field"
      ),
    ]
    let input = bad.enumerated().map { place, item in
      InputRecord(
        partition: 2, key: Array("k\(place)".utf8), value: item.value, timestampMillis: Input.start,
        headers: [("trace", "t\(place)"), ("nadi.reason", "stale")])
    }
    try broker.send(input + [Input.call("c1", rep: "rep-1", at: "2025-03-03T01:00:00Z", partition: 2)])
    let service = RunningService(
      try Configurations.make(brokers: broker.cluster.bootstrap, directory: directory.path))
    try await service.finish(afterReading: UInt64(bad.count + 1))
    #expect(service.status.books.rejected == UInt64(bad.count))
    #expect(service.status.books.counted == 1, "one bad record harms only itself")
    let letters = try broker.read(Configurations.deadLetters)
    #expect(letters.map(\.value) == bad.map { Data($0.value) })
    #expect(letters.map(\.key) == bad.indices.map { "k\($0)" })
    #expect(letters.map { $0.headers["nadi.reason"] } == bad.map(\.reason))
    for (place, letter) in letters.enumerated() {
      #expect(letter.headers["trace"] == "t\(place)")
      #expect(letter.headers["__connect.errors.topic"] == Configurations.input)
      #expect(letter.headers["__connect.errors.partition"] == "2")
      #expect(letter.headers["__connect.errors.offset"] == "\(place)")
      #expect(letter.headers["__connect.errors.stage"] == "VALUE_CONVERTER")
      #expect(letter.headers["nadi.timestamp"] == "\(Input.start)")
      #expect(letter.headers["__connect.errors.exception.class.name"] == "nadi.\(bad[place].reason)")
      #expect(letter.headers["__connect.errors.exception.message"]?.isEmpty == false)
    }
  }

  @Test func lateEventsGoToTheirTopic() async throws {
    let broker = try TestBroker()
    let directory = try TemporaryDirectory()
    let input = [
      Input.call("c1", rep: "rep-1", at: "2025-03-03T01:00:00Z"),
      Input.call("c2", rep: "rep-1", at: "2025-03-10T01:00:00Z"),
      Input.call("c3", rep: "rep-1", at: "2025-03-03T02:00:00Z"),
    ]
    try broker.send(input)
    let configuration = try Configurations.make(
      brokers: broker.cluster.bootstrap, directory: directory.path, grace: "10m")
    let service = RunningService(configuration)
    try await service.finish(afterReading: 3)
    #expect(service.status.books.late == 1)
    #expect(service.status.lateCount == 1)
    let late = try broker.read(Configurations.late)
    #expect(late.map(\.value) == [Data(input[2].value)])
    #expect(late.first?.headers["nadi.window"] == "day")
    #expect(late.first?.headers["nadi.reason"] == "late")
    // From the end of its day and ten minutes to the event that moved stream time.
    let expected = (7 * 24 + 1) * 3_600_000 - (24 * 3_600_000 + 600_000)
    #expect(late.first?.headers["nadi.late_millis"] == "\(expected)")
    #expect(try broker.read(Configurations.deadLetters).isEmpty)
    let reference = try EngineRun(input, grace: "10m")
    let differences = try broker.lastUpdates().differences(from: reference.updates)
    #expect(differences == [])
  }
}
