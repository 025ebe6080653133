import Catalogue
import Testing

@testable import Service

/// Configurations as a file would give them.
enum Configurations {
  static let input = "sales.activity.v1"
  static let output = "sales.metrics.v1"
  static let deadLetters = "sales.activity.v1.dlq"
  static let late = "sales.activity.v1.late"

  static func make(
    brokers: String = "127.0.0.1:1", directory: String = "/nowhere", delivery: Delivery = .atLeastOnce,
    workers: Int = 1, snapshotInterval: String = "1h", grace: String = "24h", instance: String = "0",
    catalogue: String = ""
  ) throws -> Configuration {
    let yaml = """
      kafka:
        brokers: "\(brokers)"
        group: nadi-test
        instance: "\(instance)"
        delivery: \(delivery.rawValue)
        properties: { session.timeout.ms: "6000", heartbeat.interval.ms: "500" }
      input: { topics: [\(input)] }
      state: { directory: "\(directory)", snapshot_interval: \(snapshotInterval) }
      emit: { interval: 200ms }
      workers: \(workers)
      catalogue: { windows: [day, all], grace: \(grace)\(catalogue) }
      """
    let (configuration, diagnostics) = ConfigurationLoader.load(
      yaml: yaml, file: "test", zoneBytes: ConfigurationFile.zoneBytes)
    return try #require(configuration, "\(diagnostics.map { $0.text(file: "test") })")
  }
}
