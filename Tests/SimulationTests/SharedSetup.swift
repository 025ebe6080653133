import Catalogue
import Core
import Testing

@testable import Service

/// What every simulation uses and none changes: a configuration and its compiled catalogue.
final class SharedSetup: Sendable {
  static let topic = "sales.activity.v1"
  static let directory = "/state"
  let configuration: Configuration
  let catalogue: Core.Catalogue

  static let standard = Result { try SharedSetup() }

  private init() throws {
    let yaml = """
      kafka: { brokers: "127.0.0.1:1", group: simulation }
      input: { topics: [\(Self.topic)] }
      state: { directory: "\(Self.directory)" }
      catalogue:
        windows: [hour, all]
        scopes: [rep, team, company]
        built_in: [calls, call_minutes, deals_won, revenue, open_pipeline, win_rate]
      """
    let (configuration, diagnostics) = ConfigurationLoader.load(
      yaml: yaml, file: "simulation", zoneBytes: ConfigurationFile.zoneBytes)
    self.configuration = try #require(configuration, "\(diagnostics.map { $0.text(file: "simulation") })")
    catalogue = try Core.Catalogue(self.configuration.catalogue)
  }

  /// An update as a reader would keep it, under a key of the batch recomputation.
  func published(_ update: Update) -> SimulatedLog.Published {
    let window = catalogue.windows[update.window].name
    let start = window == "hour" ? "hour \(update.start)" : window
    let key =
      "\(catalogue.metrics[update.metric].name)|\(catalogue.scopes[update.scope].name)|\(text(update.firstId))"
      + "|\(start)|\(text(update.currency))"
    return SimulatedLog.Published(
      key: key, value: update.value, state: update.state, revision: update.revision,
      isTombstone: update.isTombstone)
  }

  private func text(_ bytes: EventBytes) -> String {
    String(decoding: UnsafeRawBufferPointer(start: bytes.start, count: bytes.count), as: UTF8.self)
  }
}
