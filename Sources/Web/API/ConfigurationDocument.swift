import Catalogue
import Core

/// The configuration in force, without secrets: of properties that may hold one only the name is told.
struct ConfigurationDocument: Encodable {
  struct Kafka: Encodable {
    var brokers: [String]
    var group: String
    /// Nil when the state directory says it.
    var instance: String?
    var membership: String
    var delivery: String
    var properties: [String: String]
  }

  struct Topics: Encodable {
    var input: [String]
    var output: String
    var deadLetter: String
    var late: String
    /// Of the topics that have to be created, as is `replication`.
    var partitions: Int
    /// -1 leaves it to the brokers.
    var replication: Int
  }

  struct State: Encodable {
    var directory: String
    var snapshotIntervalSeconds: Double
    var snapshotsKept: Int
  }

  struct HTTP: Encodable {
    var address: String
    var hasToken: Bool
    var hasTLS: Bool
    var readyLagMax: Int
    var stallSeconds: Double
    var viewBytes: Int
  }

  struct Limits: Encodable {
    var recordBytes: Int
    var keyBytes: Int
    var depth: Int
    var dimensionValues: Int
  }

  /// By what events are judged and how long they are remembered.
  struct Events: Encodable {
    var disorderSeconds: Double
    var futureSkewSeconds: Double
    var duplicateHorizonSeconds: Double
    var rowRetentionSeconds: Double
    var hasTombstones: Bool
  }

  static let hidden = "***"

  var kafka: Kafka
  var topics: Topics
  var state: State
  var http: HTTP
  var limits: Limits
  var events: Events
  var emitIntervalSeconds: Double
  var workers: Int
  var mappings: [String]

  init(_ configuration: Configuration) {
    func seconds(_ millis: Int64) -> Double { Double(millis) / 1_000 }
    let settings = configuration.kafka
    kafka = Kafka(
      brokers: settings.brokers, group: settings.group, instance: settings.instance,
      membership: settings.membership.rawValue, delivery: settings.delivery.rawValue,
      properties: Self.redacted(settings.properties))
    topics = Topics(
      input: configuration.input.topics, output: configuration.output.topic,
      deadLetter: configuration.output.deadLetterTopic, late: configuration.output.lateTopic,
      partitions: configuration.output.partitions, replication: configuration.output.replication)
    state = State(
      directory: configuration.state.directory,
      snapshotIntervalSeconds: seconds(configuration.state.snapshotIntervalMillis),
      snapshotsKept: configuration.state.snapshotsKept)
    let server = configuration.http
    http = HTTP(
      address: server.address, hasToken: server.token != nil, hasTLS: server.tls != nil,
      readyLagMax: server.readyLagMax, stallSeconds: seconds(server.stallMillis), viewBytes: server.viewBytes)
    limits = Limits(
      recordBytes: configuration.limits.recordBytes, keyBytes: configuration.limits.keyBytes,
      depth: configuration.limits.depth,
      dimensionValues: configuration.catalogue.maximumDimensionValues)
    let catalogue = configuration.catalogue
    events = Events(
      disorderSeconds: seconds(catalogue.disorderMillis),
      futureSkewSeconds: seconds(catalogue.futureSkewMillis),
      duplicateHorizonSeconds: seconds(catalogue.duplicateHorizonMillis),
      rowRetentionSeconds: seconds(catalogue.rowRetentionMillis), hasTombstones: catalogue.hasTombstones)
    emitIntervalSeconds = seconds(configuration.emit.intervalMillis)
    workers = configuration.workers
    mappings = configuration.mappings.map(\.name)
  }

  /// Properties whose values are shown; what is not known to be harmless is hidden.
  private static let shown: Set<String> = [
    "security.protocol", "sasl.mechanism", "sasl.mechanisms", "client.id", "debug", "log_level",
    "compression.type",
    "compression.codec", "acks", "request.required.acks", "partitioner", "check.crcs",
    "broker.address.family",
    "enable.partition.eof", "api.version.request", "broker.version.fallback",
    "ssl.endpoint.identification.algorithm", "ssl.ca.location",
  ]

  private static func redacted(_ properties: [String: String]) -> [String: String] {
    properties.reduce(into: [:]) { result, property in
      // Sizes and times are harmless whatever they belong to.
      let isHarmless =
        shown.contains(property.key) || property.key.hasSuffix(".ms") || property.key.hasSuffix(".bytes")
      result[property.key] = isHarmless ? property.value : hidden
    }
  }
}
