import Catalogue
import Core
import Service

/// One catalogue to be measured.
struct BenchJob {
  let name: String
  /// Jobs of a group are compared with the first of it.
  let group: String
  /// As in the configuration.
  let windows: [String]

  private static let three = ["{ name: minute, size: 1m }", "hour", "day"]
  private static let ten =
    three + ["{ name: quarter_hour, size: 15m }", "week", "month", "quarter", "year", "fiscal_year", "all"]
  private static let thirty =
    ten + [
      "{ name: five_minutes, size: 5m }", "{ name: half_hour, size: 30m }", "{ name: two_hours, size: 2h }",
      "{ name: six_hours, size: 6h }", "{ name: twelve_hours, size: 12h }", "fiscal_quarter", "retail_period",
      "retail_quarter", "retail_year", "working_day", "{ name: last_2d, rolling: 2d }",
      "{ name: last_7d, rolling: 7d }", "{ name: last_28d, rolling: 28d }",
      "{ name: last_90d, rolling: 90d }",
      "{ name: last_4w, rolling: 4w }", "{ name: last_3mo, rolling: 3mo }",
      "{ name: week_to_date, to_date: week, step: day }",
      "{ name: month_to_date, to_date: month, step: day }",
      "{ name: quarter_to_date, to_date: quarter, step: month }",
      "{ name: year_to_date, to_date: year, step: month }",
    ]

  static let all = [
    BenchJob(name: "1 window", group: "count", windows: ["{ name: minute, size: 1m }"]),
    BenchJob(name: "3 windows", group: "count", windows: three),
    BenchJob(name: "10 windows", group: "count", windows: ten),
    BenchJob(name: "30 windows", group: "count", windows: thirty),
    BenchJob(name: "tumbling 60 s", group: "overlap", windows: ["{ name: minute, size: 60s }"]),
    BenchJob(
      name: "hopping 60 s every 1 s", group: "overlap",
      windows: ["{ name: last_minute, size: 60s, slide: 1s }"]),
  ]

  private var configuration: String {
    """
    kafka: { brokers: "127.0.0.1:1" }
    input: { topics: [bench] }
    catalogue:
      grace: 1h
      duplicate_horizon: 0s
      fiscal_year_starts: april
      built_in: none
      windows: [\(windows.joined(separator: ", "))]
      scopes: [{ name: rep_kind, dimensions: [rep, kind] }]
      measures:
        events: { entity: activity, count: true, time: occurredAt }
        won_amount: { entity: activity, sum: amount, where: { kind: deal.closed, outcome: won }, time: occurredAt }
      metrics:
        won_amount: { formula: won_amount, sample: events, unit: number, scopes: [rep_kind] }
    mappings:
      - name: flat
        topics: [bench]
        event: { id: /id, entity: { const: activity }, occurredAt: { from: /time, as: time } }
        data:
          kind: /type
          ownerId: /rep
          amount: { from: /data/amount, as: decimal }
          outcome: /data/outcome
    """
  }

  /// Reads the events up to `commitFrom`, then the others, and publishes what those changed.
  func run(_ input: BenchEvents, commitFrom: Int) throws -> BenchFigures {
    let (loaded, diagnostics) = ConfigurationLoader.load(
      yaml: configuration, file: name, zoneBytes: ConfigurationFile.zoneBytes)
    guard let loaded else {
      throw ServiceFault(
        .internalError, diagnostics.map { $0.text(file: name) }.joined(separator: "\n"),
        remedy: "this is a fault of the program")
    }
    let catalogue = try Core.Catalogue(loaded.catalogue)
    let engine = try Engine(
      configuration: loaded, catalogue: catalogue,
      partitions: (0..<BenchEvents.partitionCount).map {
        EnginePartition(topicIndex: 0, partition: Int32($0))
      })
    let begun = ContinuousClock.now
    read(input.records[..<commitFrom], engine)
    engine.ledger.advance(to: .min)
    let intake = ContinuousClock.now - begun
    engine.ledger.settle(watermark: engine.watermark(now: 0))
    read(input.records[commitFrom...], engine)
    let publishing = ContinuousClock.now
    let updates = engine.ledger.publish(watermark: engine.watermark(now: 0)) { _ in }
    let publication = ContinuousClock.now - publishing
    return BenchFigures(
      nanosPerEvent: Self.nanos(intake) / Double(commitFrom), updates: updates,
      nanosPerUpdate: Self.nanos(publication) / Double(max(updates, 1)))
  }

  private func read(_ records: ArraySlice<ValueRecord>, _ engine: Engine) {
    var place = records.startIndex
    while place < records.endIndex {
      let end = min(place + Self.batchSize, records.endIndex)
      records[place..<end].withUnsafeBufferPointer { engine.process($0) }
      place = end
    }
  }

  private static let batchSize = 10_000

  private static func nanos(_ duration: Duration) -> Double {
    Double(duration.components.seconds) * 1e9 + Double(duration.components.attoseconds) / 1e9
  }
}
