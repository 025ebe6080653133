import Catalogue
import Service

/// The daemon's configuration in a demonstration, read as a file would be.
enum DemoConfiguration {
  static let inputTopic = "sales.activity.v1"
  private static let zone = "Asia/Kuala_Lumpur"

  /// The built-in catalogue with the windows that a few weeks fill.
  ///
  /// Nobody is told that a partition was read to its end, because the wall clock would then close windows that
  /// simulated time has not reached.
  static func make(brokers: String, stateDirectory: String, httpPort: UInt16) throws -> Configuration {
    let zone = ConfigurationFile.zoneBytes(zone) == nil ? "UTC" : zone
    let yaml = """
      kafka:
        brokers: "\(brokers)"
        group: nadi-demo
        delivery: exactly_once
        properties: { session.timeout.ms: "6000", heartbeat.interval.ms: "500" }
      input: { topics: [\(inputTopic)] }
      emit: { interval: 500ms }
      http: { address: "127.0.0.1:\(httpPort)" }
      catalogue: { zone: \(zone), windows: [day, week, month, all] }
      """
    let (configuration, diagnostics) = ConfigurationLoader.load(
      yaml: yaml, file: "demo", zoneBytes: ConfigurationFile.zoneBytes)
    guard var configuration else {
      throw ServiceFault(
        .internalError,
        "the demonstration's configuration is wrong: "
          + diagnostics.map { $0.text(file: "demo") }.joined(separator: "; "), remedy: "report it")
    }
    configuration.state.directory = stateDirectory
    configuration.kafka.properties["enable.partition.eof"] = "false"
    return configuration
  }
}
