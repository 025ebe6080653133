import Catalogue
import Core
import Foundation
import Logging
import NIOHTTP1
import Testing

@testable import Service
@testable import Web

/// A server on a free port with a status that a test sets; it ends with the test.
final class TestServer: Sendable {
  let server: WebServer
  let client: WebClient

  /// Nothing stalls here: how long a test waits for its turn is no concern of the server's.
  static func configuration(
    _ http: HTTPSettings = HTTPSettings(port: 0, stallMillis: 3_600_000)
  ) -> Configuration {
    Configuration(
      kafka: KafkaSettings(brokers: ["127.0.0.1:1"], group: "sales"),
      input: InputSettings(topics: ["sales.activity.v1"]), http: http)
  }

  /// Starts a server; not on a thread of the pool that runs tests, for it waits there for what runs in the
  /// pool.
  static func start(
    _ configuration: Configuration = TestServer.configuration(),
    limits: WebServer.Limits = WebServer.Limits(), reloads: ReloadRequests? = nil,
    token: String? = nil, certificates: String? = nil
  ) async throws -> TestServer {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            try TestServer(
              configuration, limits: limits, reloads: reloads, token: token, certificates: certificates)
          })
      }
    }
  }

  private init(
    _ configuration: Configuration, limits: WebServer.Limits, reloads: ReloadRequests?, token: String?,
    certificates: String?
  ) throws {
    server = try WebServer(
      configuration: configuration, build: "1.2.3", reloads: reloads,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      limits: limits)
    client = try WebClient(url: server.url, token: token, certificates: certificates)
  }

  deinit { stop() }

  /// Begins to stop the server.
  func stop() {
    let server = server
    Thread.detachNewThread { server.stop() }
  }

  var port: Int { Int(server.url.split(separator: ":").last ?? "") ?? 0 }

  /// A running daemon with all its partitions.
  static func runningStatus(partitions: Int32 = 2, lag: Int64 = 0) -> RunStatus {
    var status = RunStatus(phase: .running)
    status.partitionTotal = Int(partitions)
    status.partitions = (0..<partitions).map { number in
      var books = Books()
      (books.read, books.counted, books.duplicate) = (UInt64(10 * (number + 1)), UInt64(9 * (number + 1)), 1)
      books.rejected = books.read - books.counted - books.duplicate
      return PartitionStatus(
        topic: "sales.activity.v1", partition: number, position: Int64(100 + number),
        lag: lag / Int64(partitions),
        streamTime: SampleUpdate.first, watermark: SampleUpdate.first - 10_000, books: books)
    }
    status.books = status.partitions.reduce(Books()) { $0 + $1.books }
    status.lag = lag
    return status
  }

  func show(_ status: RunStatus) {
    server.monitor.beat()
    server.monitor.note(status)
  }

  /// Hands updates over as a commit does and waits until they can be seen.
  func commit(_ samples: [SampleUpdate], omitted: UInt64 = 0) {
    #expect(server.tap.handOver(CommittedUpdates(samples, omitted: omitted)))
    server.tap.drain()
  }

  /// The answer to a request: status, headers and text.
  func answer(
    _ path: String, method: HTTPMethod = .GET, headers: [(String, String)] = []
  ) async throws -> WebClient.Answer {
    try await client.answer(path, method: method, headers: headers)
  }

  func json(_ path: String) async throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(try await client.get(path)))
    return try #require(object as? [String: Any])
  }
}
