import Foundation
import Kafka
import Service

/// The brokers that are measured with, and the topics that were made on them for that.
public final class BenchBroker {
  /// As a client's `brokers`.
  public let bootstrap: String
  /// Librdkafka properties of every client.
  public let properties: Settings
  public let partitions: Int
  /// Nil when it is a real one.
  private let cluster: KafkaMockCluster?
  private let admin: KafkaAdmin
  private var topics: [String] = []
  /// Begins every name that is made, and is made anew each time.
  public let prefix: String

  private static let timeoutMillis: Int32 = 30_000
  /// The embedded broker keeps about 5 MiB of each partition, so there are many.
  static let embeddedPartitions = 16
  private static let realPartitions = 4

  /// - Parameters:
  ///   - brokers: host:port of some brokers, or nil for the one that librdkafka embeds.
  ///   - partitions: of the topics; nil for 4, or 16 on the embedded broker.
  /// - Throws: `KafkaError` naming the property if a setting is unknown or invalid.
  public init(brokers: String?, partitions: Int?, properties: Settings) throws {
    cluster = try brokers == nil ? KafkaMockCluster() : nil
    bootstrap = brokers ?? cluster?.bootstrap ?? ""
    self.properties = properties
    self.partitions = partitions ?? (brokers == nil ? Self.embeddedPartitions : Self.realPartitions)
    admin = try KafkaAdmin(brokers: bootstrap, settings: properties) { _, _, _ in }
    prefix = "nadi-bench-\(WallClock.nowMillis())-\(getpid())"
  }

  /// The properties as arguments of a subject of `nadi bench`.
  var propertyArguments: [String] { properties.flatMap { ["--property", "\($0.name)=\($0.value)"] } }

  public var isEmbedded: Bool { cluster != nil }

  /// What is measured with, in a few words.
  public var description: String {
    let version = "librdkafka \(Kafka.libraryVersion), \(partitions) partitions"
    return isEmbedded
      ? "\(version), the broker that librdkafka embeds, in this process and at least once: for a first look, it is not "
        + "the measure of any broker"
      : "\(version), brokers \(bootstrap)"
  }

  /// Makes a topic whose name ends so.
  ///
  /// - Returns: its whole name.
  /// - Throws: `KafkaError` or `ServiceFault` when the brokers do not let it be made.
  func createTopic(_ suffix: String, partitions: Int? = nil) throws -> String {
    let name = "\(prefix)-\(suffix)"
    let count = partitions ?? self.partitions
    if let cluster {
      try cluster.createTopic(name, partitions: count)
    } else {
      topics.append(name)
      guard try admin.createTopic(name, partitions: Int32(count), timeoutMillis: Self.timeoutMillis) else {
        throw ServiceFault(.unavailable, "topic \(name) exists already", remedy: "start again")
      }
    }
    return name
  }

  /// Deletes a topic that is not needed any more.
  func deleteTopic(_ name: String) throws {
    guard let place = topics.firstIndex(of: name) else { return }
    try admin.deleteTopic(name, timeoutMillis: Self.timeoutMillis)
    topics.remove(at: place)
  }

  /// Deletes all topics that were made.
  ///
  /// - Returns: those that could not be deleted, each with the reason.
  public func deleteTopics() -> [String] {
    let made = topics
    topics = []
    return made.compactMap { name in
      do {
        try admin.deleteTopic(name, timeoutMillis: Self.timeoutMillis)
        return nil
      } catch {
        return "\(name): \(error)"
      }
    }
  }

  /// The names of topics that are there still.
  public var keptTopics: [String] { topics }
}
