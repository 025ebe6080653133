import Catalogue
import Kafka
import Logging

/// Sees to the topics before anything is consumed: waits for the input, creates the outputs that are missing.
struct TopicSetup {
  let configuration: Configuration
  let settings: Settings
  let logger: Logger
  /// Whether missing output topics are created and present ones checked; false when whoever started the broker did.
  let managesOutputs: Bool
  /// How long to wait for brokers and input topics, in milliseconds; nil is for ever.
  var waitMillisMax: Int64?

  private static let timeoutMillis: Int32 = 15_000
  /// Short, so that being told to stop while no broker answers is heard.
  private static let waitMillis: Int32 = 1_000

  /// Returns the number of partitions of each input topic, or nil when told to stop first.
  func prepare(shouldStop: () -> Bool) throws -> [Int]? {
    let admin = try KafkaAdmin(
      brokers: configuration.kafka.brokers.joined(separator: ","), settings: settings,
      log: KafkaLog.handler(logger))
    var counts: [Int] = []
    for topic in configuration.input.topics {
      guard let count = try wait(for: topic, admin, shouldStop) else { return nil }
      counts.append(count)
    }
    guard managesOutputs else { return counts }
    try ensure(configuration.output.topic, ["cleanup.policy": "compact"], admin)
    try ensure(configuration.output.deadLetterTopic, [:], admin)
    try ensure(configuration.output.lateTopic, [:], admin)
    return counts
  }

  private func wait(for topic: String, _ admin: KafkaAdmin, _ shouldStop: () -> Bool) throws -> Int? {
    var isSaid = false
    let begun = WallClock.steadyMillis()
    while !shouldStop() {
      do {
        if let count = try admin.partitionCount(of: topic, timeoutMillis: Self.waitMillis), count > 0 {
          return count
        }
        if !isSaid { logger.warning("waiting for the input topic to exist", metadata: ["topic": "\(topic)"]) }
      } catch let error as KafkaError where error.isRetriable && !error.isFatal {
        if !isSaid { logger.warning("waiting for the brokers", metadata: ["error": "\(error)"]) }
      }
      if let refusal = admin.takeRefusal() { throw refusal }
      if let waitMillisMax, WallClock.steadyMillis() - begun >= waitMillisMax {
        throw ServiceFault(
          .unavailable,
          "no broker at \(configuration.kafka.brokers.joined(separator: ",")) tells of topic \(topic)",
          remedy: "start the brokers, create the topic, or leave out --require-healthy to wait for them")
      }
      isSaid = true
      Pause.sleep(millis: 500)
    }
    return nil
  }

  private func ensure(_ topic: String, _ wanted: [String: String], _ admin: KafkaAdmin) throws {
    if try exists(topic, admin) {
      try check(topic, wanted, admin)
      return
    }
    let wasCreated = try KafkaRetry.run(logger, "create topic \(topic)", attempts: 5) {
      try admin.createTopic(
        topic, partitions: Int32(configuration.output.partitions),
        replication: Int16(configuration.output.replication),
        configuration: wanted.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
        timeoutMillis: Self.timeoutMillis)
    }
    if wasCreated {
      let text = wanted.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
      logger.notice(
        "created a topic that was missing",
        metadata: [
          "topic": "\(topic)", "partitions": "\(configuration.output.partitions)", "configuration": "\(text)",
        ])
    }
  }

  private func exists(_ topic: String, _ admin: KafkaAdmin) throws -> Bool {
    try KafkaRetry.run(logger, "look up topic \(topic)", attempts: 5) {
      try admin.partitionCount(of: topic, timeoutMillis: Self.timeoutMillis) != nil
    }
  }

  /// Warns about an output topic that is not compacted; the operator may have reasons.
  private func check(_ topic: String, _ wanted: [String: String], _ admin: KafkaAdmin) throws {
    guard let policy = wanted["cleanup.policy"] else { return }
    do {
      let found = try admin.topicConfiguration(topic, timeoutMillis: Self.timeoutMillis)
      if let present = found["cleanup.policy"], !present.contains(policy) {
        logger.warning(
          "the output topic is not compacted and will grow without bound",
          metadata: ["topic": "\(topic)", "cleanup.policy": "\(present)"])
      }
    } catch let error as KafkaError where !error.isFatal {
      logger.debug(
        "the topic's configuration cannot be read", metadata: ["topic": "\(topic)", "error": "\(error)"])
    }
  }
}
