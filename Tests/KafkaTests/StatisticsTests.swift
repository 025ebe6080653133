import Testing

@testable import Kafka

@Suite(.serialized, .timeLimit(.minutes(3)))
struct StatisticsTests {
  private func isTold(_ json: [UInt8]?, by name: String) -> Bool {
    guard let json else { return false }
    let text = String(decoding: json, as: UTF8.self).filter { $0 != " " }
    return text.hasPrefix("{") && text.contains("\"type\":\"\(name)\"") && text.contains("\"rtt\":")
  }

  @Test func bothClientsTellTheirFiguresWhenAsked() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 1)
    let settings: Settings = [("statistics.interval.ms", "50")]
    let producer = try makeProducer(cluster, settings: settings)
    let consumer = try makeConsumer(cluster, group: "figures", settings: settings)
    try consumer.subscribe(["calls"])
    var heard = Heard()
    var json: [UInt8]?
    #expect(
      try consumer.poll(into: &heard) { _ in
        json = consumer.takeStatistics()
        return json != nil
      })
    #expect(isTold(json, by: "consumer"))
    let deadline = ContinuousClock.now + .milliseconds(Int(waitMillis))
    repeat {
      producer.poll()
      json = producer.takeStatistics()
    } while json == nil && ContinuousClock.now < deadline
    #expect(isTold(json, by: "producer"))
    #expect(producer.takeStatistics() == nil, "each is told once")
    #expect(consumer.close())
  }

  @Test func nothingIsToldUnasked() throws {
    let cluster = try KafkaMockCluster()
    try cluster.createTopic("calls", partitions: 1)
    let producer = try makeProducer(cluster)
    _ = try producer.topic("calls")
    producer.poll()
    #expect(producer.takeStatistics() == nil)
  }
}
