import Foundation

/// The configuration of a daemon that is measured.
struct DaemonSetup {
  let job: JobDefinition
  let input: String
  let output: String
  let group: String
  /// Where state, configuration and log are kept.
  let directory: String
  var emitInterval = "1s"
  var snapshotInterval = "5s"

  var stateDirectory: String { "\(directory)/state" }

  /// As a file would have it.
  func yaml(_ broker: BenchBroker) -> String {
    var properties = ["session.timeout.ms": "6000"]
    for (name, value) in broker.properties { properties[name] = value }
    // The embedded broker drops the offsets of transactions.
    let delivery = broker.isEmbedded ? "at_least_once" : "exactly_once"
    let listed = properties.sorted { $0.key < $1.key }.map { "\($0.key): \"\($0.value)\"" }
    return """
      kafka:
        brokers: "\(broker.bootstrap)"
        group: "\(group)"
        delivery: \(delivery)
        properties: { \(listed.joined(separator: ", ")) }
      input: { topics: ["\(input)"] }
      output: { topic: "\(output)", dead_letter: "\(output)-dlq", late: "\(output)-late" }
      state: { directory: "\(stateDirectory)", snapshot_interval: \(snapshotInterval) }
      emit: { interval: \(emitInterval) }
      http: { enabled: false }
      \(job.sections)
      """
  }

  /// Makes the topics that it writes to.
  static func createOutput(_ broker: BenchBroker, _ suffix: String) throws -> String {
    let output = try broker.createTopic(suffix)
    _ = try broker.createTopic("\(suffix)-dlq", partitions: 1)
    _ = try broker.createTopic("\(suffix)-late", partitions: 1)
    return output
  }

  static func deleteOutput(_ broker: BenchBroker, _ output: String) throws {
    for name in [output, "\(output)-dlq", "\(output)-late"] { try broker.deleteTopic(name) }
  }
}
