import Foundation

/// How long requests of one client took to one broker, on the average of its last interval.
public struct BrokerRoundTrip: Sendable, Equatable {
  public enum Client: String, Sendable {
    case consumer, producer
  }

  public var client: Client
  /// Host and port.
  public var broker: String
  public var seconds: Double

  public init(client: Client, broker: String, seconds: Double) {
    (self.client, self.broker, self.seconds) = (client, broker, seconds)
  }

  private struct Statistics: Decodable {
    struct Broker: Decodable {
      var nodename: String
      var rtt: Window
    }

    /// In microseconds.
    struct Window: Decodable {
      var sum: Int64
      var cnt: Int64
    }

    var brokers: [String: Broker]
  }

  /// Reads librdkafka's statistics, in order of broker; a broker that was not asked anything is not there.
  ///
  /// One broker may be there under several names, such as that of the group's coordinator.
  public static func read(_ json: [UInt8], client: Client) -> [BrokerRoundTrip] {
    guard let statistics = try? JSONDecoder().decode(Statistics.self, from: Data(json)) else { return [] }
    var totals: [String: (sum: Int64, count: Int64)] = [:]
    for broker in statistics.brokers.values where broker.rtt.cnt > 0 && !broker.nodename.isEmpty {
      let total = totals[broker.nodename, default: (0, 0)]
      totals[broker.nodename] = (total.sum + broker.rtt.sum, total.count + broker.rtt.cnt)
    }
    return totals.sorted { $0.key < $1.key }.map { name, total in
      BrokerRoundTrip(
        client: client, broker: name, seconds: Double(total.sum) / Double(total.count) / 1_000_000)
    }
  }
}
