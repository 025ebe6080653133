import Testing

@testable import Service
@testable import Web

@Suite struct MetricsPageTests {
  private static let path = "/metrics"

  /// Samples by name and labels, read as Prometheus does.
  private func samples(_ text: String) -> [String: Double] {
    var result: [String: Double] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let space = line.lastIndex(of: " ") ?? line.endIndex
      result[String(line[..<space])] = Double(line[line.index(after: space)...])
    }
    return result
  }

  private func fullStatus() -> RunStatus {
    var status = TestServer.runningStatus()
    status.deadLetterReasons = ["not_json": 3, "odd\"\\\nreason": 1]
    status.snapshots.failures = ["ENOSPC": 2]
    (status.snapshots.count, status.snapshots.lastMillis, status.snapshots.lastBytes) = (4, 1, 77)
    (status.watermark, status.updateCount, status.commitCount) = (SampleUpdate.first, 55, 5)
    status.figures.beginRestore(steadyMillis: 1_000, read: 10)
    status.figures.endRestore(steadyMillis: 3_500, read: 25)
    (status.windowCount, status.stateBytes, status.abortCounts) = (12, 34_567, [.timedOut: 2, .abortable: 1])
    status.roundTrips = [
      BrokerRoundTrip(client: .consumer, broker: "a:9092", seconds: 0.02),
      BrokerRoundTrip(client: .producer, broker: "a:9092", seconds: 0.003),
    ]
    var record = ReloadRecord(lastTakenMillis: 1_500)
    (record.takenCount, record.refusedCount, record.isLastTaken) = (3, 1, false)
    status.reloads = record
    status.overflowCount = 19
    for millis in [0, 1, 2, 30, 400_000] as [Int64] { status.figures.noteCommit(millis: millis, now: 0) }
    return status
  }

  @Test func everyFamilyIsThereOnceWithHelpAndType() async throws {
    let server = try await TestServer.start()
    server.show(fullStatus())
    // The first answer counts in the second.
    _ = try await server.answer(Self.path)
    let text = try await server.answer(Self.path).text
    let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map {
      $0.split(separator: " ")[2]
    }
    #expect(names.map(String.init) == MetricFamily.all.map(\.name))
    #expect(Set(names).count == names.count)
    let found = samples(text).keys
    for family in MetricFamily.all {
      #expect(text.contains("# HELP \(family.name) "))
      #expect(found.contains { $0.hasPrefix(family.name) }, "\(family.name) has a sample")
      #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
    }
  }

  @Test func theBooksOfEveryPartitionAddUp() async throws {
    let server = try await TestServer.start()
    server.show(fullStatus())
    let found = samples(try await server.answer(Self.path).text)
    for partition in 0..<2 {
      let place = "topic=\"sales.activity.v1\",partition=\"\(partition)\""
      let outcomes = ["counted", "duplicate", "late", "filtered", "rejected"]
      let sum = outcomes.reduce(0) { $0 + (found["nadi_events_total{\(place),outcome=\"\($1)\"}"] ?? .nan) }
      #expect(found["nadi_events_read_total{\(place)}"] == sum)
      #expect(sum == Double(10 * (partition + 1)))
    }
    #expect(found["nadi_records_consumed_total"] == 30)
    #expect(found["nadi_records_dlq_total{reason=\"not_json\"}"] == 3)
    #expect(found["nadi_records_dlq_total{reason=\"odd\\\"\\\\\\nreason\"}"] == 1)
    #expect(found["nadi_snapshot_failures_total{errno=\"ENOSPC\"}"] == 2)
    #expect(found["nadi_restore_duration_seconds"] == 2.5)
    #expect(found["nadi_restore_records_total"] == 15)
    #expect(found["nadi_build_info{version=\"1.2.3\"}"] == 1)
  }

  @Test func stateBrokersAndReloadsAreTold() async throws {
    let server = try await TestServer.start()
    server.show(fullStatus())
    let found = samples(try await server.answer(Self.path).text)
    #expect(found["nadi_state_windows"] == 12)
    #expect(found["nadi_state_bytes"] == 34_567)
    #expect(found["nadi_state_overflow_total"] == 19)
    let aborts: [String: Double] = [
      "abortable": 1, "membership": 0, "retriable": 0, "timed_out": 2, "unclassified": 0,
    ]
    for (name, count) in aborts {
      #expect(found["nadi_txn_aborts_total{class=\"\(name)\"}"] == count, "\(name)")
    }
    #expect(found.keys.count { $0.hasPrefix("nadi_txn_aborts_total") } == aborts.count)
    #expect(found["nadi_kafka_broker_rtt_seconds{client=\"consumer\",broker=\"a:9092\"}"] == 0.02)
    #expect(found["nadi_kafka_broker_rtt_seconds{client=\"producer\",broker=\"a:9092\"}"] == 0.003)
    #expect(found["nadi_config_reloads_total{result=\"taken\"}"] == 3)
    #expect(found["nadi_config_reloads_total{result=\"refused\"}"] == 1)
    #expect(found["nadi_config_last_reload_successful"] == 0)
    #expect(found["nadi_config_last_reload_success_timestamp_seconds"] == 1.5)
    server.show(TestServer.runningStatus())
    let without = samples(try await server.answer(Self.path).text)
    #expect(!without.keys.contains { $0.hasPrefix("nadi_config") }, "nothing to be read again")
  }

  @Test func withoutPartitionsThereAreNoBooks() async throws {
    let server = try await TestServer.start()
    var status = RunStatus(phase: .waiting)
    status.updateCount = 55
    server.show(status)
    let found = samples(try await server.answer(Self.path).text)
    #expect(found["nadi_records_consumed_total"] == nil)
    #expect(found["nadi_state_overflow_total"] == nil)
    #expect(found["nadi_output_records_total"] == 55, "what this process did goes on")
    #expect(found["nadi_ready"] == 0)
  }

  @Test func histogramsAreCumulative() async throws {
    let server = try await TestServer.start()
    server.show(fullStatus())
    let found = samples(try await server.answer(Self.path).text)
    let name = "nadi_txn_commit_seconds"
    let expected =
      ["0.001": 2, "0.0025": 3, "0.025": 3, "0.05": 4, "300.0": 4, "+Inf": 5] as [String: Double]
    for (bound, count) in expected { #expect(found["\(name)_bucket{le=\"\(bound)\"}"] == count, "\(bound)") }
    #expect(found["\(name)_count"] == 5)
    #expect(abs((found["\(name)_sum"] ?? 0) - 400.033) < 1e-9)
  }

  @Test func openMetricsWhenAskedFor() async throws {
    let server = try await TestServer.start()
    server.show(fullStatus())
    let answer = try await server.answer(
      Self.path, headers: [("accept", "application/openmetrics-text; version=1.0.0")])
    #expect(answer.headers["content-type"].joined().hasPrefix("application/openmetrics-text"))
    #expect(answer.text.hasSuffix("\n# EOF\n"))
    #expect(answer.text.contains("# TYPE nadi_output_records counter\nnadi_output_records_total 55\n"))
    let plain = try await server.answer(Self.path)
    #expect(plain.headers["content-type"] == ["text/plain; version=0.0.4; charset=utf-8"])
    #expect(!plain.text.contains("# EOF"))
  }

  @Test func noLabelNamesAPerson() async throws {
    let server = try await TestServer.start()
    server.show(fullStatus())
    server.commit([SampleUpdate(id: "rep-canary", parent: "team-canary")])
    let text = try await server.answer(Self.path).text
    #expect(!text.contains("canary"))
    #expect(samples(text)["nadi_view_cells"] == 1)
  }
}
