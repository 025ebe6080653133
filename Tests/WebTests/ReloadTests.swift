import Catalogue
import Foundation
import NIOHTTP1
import Testing

@testable import Service
@testable import Web

/// POST /api/v1/reload: who may, and what is answered.
@Suite struct ReloadTests {
  private static let secret = "0123456789abcdef-canary"
  private static let path = "/api/v1/reload"

  /// Fulfils wishes as the processing loop does, until it is told to stop.
  private final class Loop: Sendable {
    let requests = ReloadRequests()
    private let task: Task<Int, Never>

    init(_ outcome: ReloadOutcome?) {
      task = Task { [requests] in
        var count = 0
        while !Task.isCancelled {
          if let outcome, let listeners = requests.take() {
            count += 1
            for listener in listeners { listener(outcome) }
          }
          try? await Task.sleep(for: .milliseconds(5))
        }
        return count
      }
    }

    /// Stops, and says how often it was asked.
    func stop() async -> Int {
      task.cancel()
      return await task.value
    }
  }

  private func ask(
    _ outcome: ReloadOutcome?, hasToken: Bool = true, headers: [(String, String)] = [],
    limits: WebServer.Limits = WebServer.Limits(), method: HTTPMethod = .POST, suffix: String = ""
  ) async throws -> (answer: WebClient.Answer, document: [String: Any], count: Int) {
    let file = try TemporaryFile(Self.secret)
    let loop = Loop(outcome)
    let settings = HTTPSettings(port: 0, token: hasToken ? .file(file.path) : nil)
    let server = try await TestServer.start(
      TestServer.configuration(settings), limits: limits, reloads: loop.requests, token: Self.secret)
    let answer = try await server.answer(Self.path + suffix, method: method, headers: headers)
    let document = try JSONSerialization.jsonObject(with: Data(answer.bytes)) as? [String: Any]
    return (answer, document ?? [:], await loop.stop())
  }

  private func plan() throws -> ConfigurationPlan {
    let old = TestServer.configuration()
    var new = old
    new.emit.intervalMillis = 7_000
    new.catalogue.metrics.removeAll { $0.name == "emails" }
    return try ConfigurationPlan(from: old, to: new)
  }

  @Test func whatIsTakenIsAnsweredWithItsPlan() async throws {
    let (answer, document, count) = try await ask(ReloadOutcome(plan: try plan()))
    #expect(answer.status == 200)
    #expect(document["outcome"] as? String == "taken")
    #expect(document["reason"] == nil)
    let plan = try #require(document["plan"] as? [String: Any])
    let metrics = try #require(plan["metrics"] as? [[String: Any]])
    let kinds = Dictionary(
      metrics.map { ($0["metric"] as? String, $0["kind"] as? String) }, uniquingKeysWith: { $1 })
    #expect(kinds["emails"] == "removed")
    #expect(!kinds.values.contains("unchanged"))
    let settings = try #require(plan["settings"] as? [[String: Any]])
    #expect(settings.map { $0["path"] as? String } == ["emit.interval"])
    #expect(count == 1)
  }

  @Test func whatIsRefusedIsAnsweredWithTheReason() async throws {
    let (answer, document, _) = try await ask(ReloadOutcome(plan: nil, refusal: "nadi.yaml:3:1: no"))
    #expect(answer.status == 422)
    #expect(document["outcome"] as? String == "refused")
    #expect(document["reason"] as? String == "nadi.yaml:3:1: no")
    #expect(document["plan"] == nil)
  }

  @Test func whatTakesLongIsStillToCome() async throws {
    var limits = WebServer.Limits()
    // Longer than a connection may be idle: it is not, while its request is worked on.
    (limits.timeoutMillis, limits.reloadMillis) = (1_000, 3_000)
    let (answer, document, _) = try await ask(nil, limits: limits)
    #expect(answer.status == 202)
    #expect(document["outcome"] as? String == "waiting")
    #expect((document["reason"] as? String)?.contains("commit") == true)
  }

  @Test func withoutAConfiguredTokenNobodyMay() async throws {
    let (answer, document, count) = try await ask(ReloadOutcome(plan: nil), hasToken: false)
    #expect(answer.status == 403)
    #expect((document["remedy"] as? String)?.contains("http.token") == true)
    #expect(count == 0)
  }

  @Test func aWrongTokenIsRefused() async throws {
    for wrong in ["Bearer \(Self.secret)x", "Bearer ", "Basic \(Self.secret)"] {
      let (answer, _, count) = try await ask(
        ReloadOutcome(plan: nil), headers: [("authorization", wrong)])
      #expect(answer.status == 401)
      #expect(count == 0)
    }
  }

  @Test func onlyPostAsks() async throws {
    for method in [.GET, .HEAD, .PUT, .DELETE, .PATCH, .OPTIONS] as [HTTPMethod] {
      let file = try TemporaryFile(Self.secret)
      let requests = ReloadRequests()
      let server = try await TestServer.start(
        TestServer.configuration(HTTPSettings(port: 0, token: .file(file.path))), reloads: requests,
        token: Self.secret)
      let answer = try await server.answer(Self.path, method: method)
      #expect(answer.status == 405)
      #expect(answer.headers["allow"] == ["POST"])
      #expect(!requests.isRaised)
    }
  }

  @Test func parametersAndBodiesAreRefused() async throws {
    let (answer, document, count) = try await ask(ReloadOutcome(plan: nil), suffix: "?config=/etc/passwd")
    #expect(answer.status == 400)
    #expect((document["error"] as? String)?.contains("unknown parameter") == true)
    #expect(count == 0)
    let file = try TemporaryFile(Self.secret)
    let requests = ReloadRequests()
    let server = try await TestServer.start(
      TestServer.configuration(HTTPSettings(port: 0, token: .file(file.path))), reloads: requests)
    let head = "POST \(Self.path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(Self.secret)\r\n"
    for body in ["Content-Length: 2\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"] {
      let connection = try RawConnection(port: server.port)
      try connection.write(head + body)
      try await eventually("it is refused") {
        (connection.read() ?? []).starts(with: "HTTP/1.1 400".utf8)
      }
    }
    #expect(!requests.isRaised)
  }

  @Test func aProcessWithoutAFileSaysSo() async throws {
    let file = try TemporaryFile(Self.secret)
    let server = try await TestServer.start(
      TestServer.configuration(HTTPSettings(port: 0, token: .file(file.path))), token: Self.secret)
    #expect(try await server.answer(Self.path, method: .POST).status == 409)
  }

  @Test func theStateCountsReloads() async throws {
    let server = try await TestServer.start()
    var status = TestServer.runningStatus()
    server.show(status)
    #expect(try await server.json("/api/v1/state")["reloads"] == nil)
    var record = ReloadRecord(lastTakenMillis: SampleUpdate.first)
    (record.takenCount, record.refusedCount, record.isLastTaken) = (3, 2, false)
    status.reloads = record
    server.show(status)
    let reloads = try #require(try await server.json("/api/v1/state")["reloads"] as? [String: Any])
    #expect(reloads["taken"] as? Int == 3)
    #expect(reloads["refused"] as? Int == 2)
    #expect(reloads["isLastTaken"] as? Bool == false)
    #expect(reloads["lastTakenAt"] as? String == "2026-01-01T00:00:00Z")
  }
}
