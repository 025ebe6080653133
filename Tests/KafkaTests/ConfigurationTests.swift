import Testing

@testable import Kafka

struct ConfigurationTests {
  @Test func unknownPropertyIsNamed() throws {
    let consumer = kafkaError {
      _ = try KafkaConsumer(
        brokers: "127.0.0.1:1", group: "g", instance: nil, settings: [("fetch.wait.maximum", "1")]
      ) { _, _, _ in }
    }
    #expect(consumer?.message.contains("fetch.wait.maximum") == true)
    let producer = kafkaError {
      _ = try KafkaProducer(
        brokers: "127.0.0.1:1", transactionalIdentifier: nil, settings: [("acks", "lots")]
      ) { _, _, _ in }
    }
    #expect(producer?.message.contains("acks") == true)
  }

  /// Librdkafka would take `45s` as 45.
  @Test(arguments: ["45s", "6000 ", "1e4", "6000.5", "010", "12c"])
  func numbersWithMoreThanDigitsAreRefused(value: String) throws {
    let error = kafkaError {
      _ = try KafkaConsumer(
        brokers: "127.0.0.1:1", group: "g", instance: nil, settings: [("fetch.wait.max.ms", value)]
      ) { _, _, _ in }
    }
    #expect(error?.message.contains("fetch.wait.max.ms") == true && error?.message.contains(value) == true)
  }

  @Test func textsThatBeginWithDigitsAreTaken() throws {
    let settings: Settings = [
      ("client.id", "9th"), ("client.rack", "1a"), ("fetch.wait.max.ms", "0x10"),
    ]
    _ = try KafkaConsumer(brokers: "127.0.0.1:1", group: "1", instance: nil, settings: settings) { _, _, _ in
    }
  }

  @Test func laterSettingsWin() throws {
    let settings: Settings = [("session.timeout.ms", "never"), ("session.timeout.ms", "6000")]
    #expect(throws: KafkaError.self) {
      try KafkaConsumer(brokers: "127.0.0.1:1", group: "g", instance: nil, settings: settings) { _, _, _ in }
    }
    _ = try KafkaProducer(
      brokers: "127.0.0.1:1", transactionalIdentifier: "t",
      settings: [("transaction.timeout.ms", "60000"), ("transaction.timeout.ms", "6000")]
    ) { _, _, _ in }
  }

  @Test func securitySettingsPassThrough() throws {
    let error = kafkaError {
      _ = try KafkaProducer(
        brokers: "127.0.0.1:1", transactionalIdentifier: nil,
        settings: [("security.protocol", "ssl"), ("ssl.ca.location", "/nowhere/ca.pem")]
      ) { _, _, _ in }
    }
    #expect(error?.message.contains("ssl.ca.location") == true)
  }

  @Test func headersAreReplacedAndRemoved() {
    let headers = KafkaHeaders()
    headers.set("a", "1")
    headers.set("b", "2")
    headers.set("a", "3")
    #expect(headers.count == 2)
    headers.removeAll()
    #expect(headers.count == 0)
    headers.set("a", "")
    #expect(headers.count == 1)
  }

  @Test func libraryVersionIsKnown() {
    #expect(Kafka.libraryVersion.split(separator: ".").count >= 3)
  }

  @Test func adminCountsPartitions() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 3)
    let admin = try KafkaAdmin(brokers: cluster.bootstrap, settings: []) { _, _, _ in }
    #expect(try admin.partitionCount(of: "calls", timeoutMillis: waitMillis) == 3)
    // The mock knows no administration requests: the refusal must surface rather than hang.
    let error = kafkaError { _ = try admin.createTopic("new", partitions: 1, timeoutMillis: 2_000) }
    #expect(error?.message.contains("new") == true)
  }
}
