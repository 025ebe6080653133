import Testing

@testable import Service

@Suite struct BrokerRoundTripTests {
  /// As librdkafka writes it, without most members.
  private static let statistics = """
    {"name":"nadi#consumer-1","client_id":"nadi","type":"consumer","ts":5016483227792,"brokers":{
      "b:9092/2":{"name":"b:9092/2","nodeid":2,"nodename":"b:9092","state":"UP","tx":9,
        "rtt":{"min":1500,"max":2500,"avg":2000,"sum":8000,"stddev":1,"cnt":4,"p99":2500,"outofrange":0}},
      "a:9092/1":{"name":"a:9092/1","nodeid":1,"nodename":"a:9092","state":"UP",
        "rtt":{"min":0,"max":0,"avg":0,"sum":10000,"cnt":1}},
      "GroupCoordinator":{"name":"GroupCoordinator","nodeid":1,"nodename":"a:9092","state":"UP",
        "rtt":{"min":0,"max":0,"avg":0,"sum":2000,"cnt":2}},
      "TxnCoordinator":{"name":"TxnCoordinator","nodeid":-1,"nodename":"","state":"INIT",
        "rtt":{"min":0,"max":0,"avg":0,"sum":5,"cnt":1}},
      "c:9092/bootstrap":{"name":"c:9092/bootstrap","nodeid":-1,"nodename":"c:9092","state":"UP",
        "rtt":{"min":0,"max":0,"avg":0,"sum":0,"cnt":0}}},"topics":{},"tx":40}
    """

  @Test func everyBrokerThatWasAskedHasItsMean() {
    let trips = BrokerRoundTrip.read(Array(Self.statistics.utf8), client: .consumer)
    #expect(
      trips == [
        BrokerRoundTrip(client: .consumer, broker: "a:9092", seconds: 0.004),
        BrokerRoundTrip(client: .consumer, broker: "b:9092", seconds: 0.002),
      ])
  }

  @Test func whatIsNotUnderstoodTellsNothing() {
    #expect(BrokerRoundTrip.read([], client: .producer) == [])
    #expect(BrokerRoundTrip.read(Array("{\"brokers\":[]}".utf8), client: .producer) == [])
  }
}
