import Core
import Foundation
import NIOHTTP1
import Testing

@testable import Service
@testable import Web

@Suite struct RoutesTests {
  @Test func everyRouteIsDocumentedAndNothingElse() async throws {
    let server = try await TestServer.start()
    // Whatever answers GET answers HEAD.
    let routes = server.server.routes.filter { !$0.hasPrefix("HEAD ") }
    #expect(routes.sorted() == (try Documented.operations()))
  }

  @Test func onlyReadingIsAllowed() async throws {
    let server = try await TestServer.start()
    for path in try Documented.paths() {
      for method in [.POST, .PUT, .DELETE, .PATCH, .OPTIONS] as [HTTPMethod] {
        let answer = try await server.answer(path, method: method)
        #expect(answer.status == 405, "\(method) \(path)")
        #expect(answer.headers["allow"] == ["GET, HEAD"])
      }
    }
  }

  @Test func everyAnswerKeepsBrowsersSafe() async throws {
    let server = try await TestServer.start()
    for path in ["/", "/page.js", "/api/v1/state", "/nowhere", "/api/v1/metrics?metric=none"] {
      let headers = try await server.answer(path).headers
      let policy = headers["content-security-policy"].joined()
      #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'; "))
      #expect(!policy.contains("unsafe") && !policy.contains("http"))
      #expect(headers["x-content-type-options"] == ["nosniff"])
      #expect(headers["cache-control"] == ["no-store"])
    }
  }

  @Test(arguments: [
    ("/api/v1/metrics?scpe=rep", 400, "unknown parameter"),
    ("/api/v1/metrics?metric=cals", 400, "unknown metric"),
    ("/api/v1/metrics?scope=reps", 400, "unknown scope"),
    ("/api/v1/metrics?window=dai", 400, "unknown window"),
    ("/api/v1/metrics?limit=0", 400, "limit"), ("/api/v1/metrics?limit=5001", 400, "limit"),
    ("/api/v1/metrics?latest=yes", 400, "latest"),
    ("/api/v1/metrics?metric=calls&metric=calls", 400, "twice"),
    ("/api/v1/leaderboard", 400, "metric is missing"),
    ("/api/v1/leaderboard?metric=calls", 400, "scope is missing"),
    ("/api/v1/leaderboard?metric=calls&scope=rep&window=day&order=up", 400, "unknown order"),
    ("/api/v1/leaderboard?metric=calls,emails&scope=rep&window=day", 400, "one metric"),
    ("/api/v1/state?x=1", 400, "unknown parameter"), ("/livez?x", 400, "unknown parameter"),
    ("/nowhere", 404, "nothing at /nowhere"), ("/api/v1", 404, "nothing at"),
    ("/page.css/..", 404, "nothing at"),
  ])
  func whatIsWrongIsSaid(_ path: String, _ status: Int, _ words: String) async throws {
    let answer = try await TestServer.start().answer(path)
    #expect(answer.status == status)
    let object = try JSONSerialization.jsonObject(with: Data(answer.bytes)) as? [String: String]
    #expect(object?["error"]?.contains(words) == true, "\(answer.text)")
    #expect(object?["remedy"]?.isEmpty == false)
  }

  @Test func updatesAreAnsweredAsPublished() async throws {
    let server = try await TestServer.start()
    let samples = [
      SampleUpdate(day: 0, value: 3), SampleUpdate(day: 1, value: 4), SampleUpdate(metric: "emails"),
    ]
    server.commit(samples)
    let document = try await server.json("/api/v1/metrics?metric=calls&limit=1")
    #expect(document["count"] as? Int == 1)
    #expect(document["total"] as? Int == 2)
    let updates = try #require(document["updates"] as? [[String: Any]])
    #expect(updates.map { $0["value"] as? Int } == [4])
    let board = try await server.json("/api/v1/leaderboard?metric=calls&scope=rep&window=day")
    #expect(board["total"] as? Int == 1)
  }

  @Test func anotherConfigurationForgetsWhatItDoesNotHave() async throws {
    let server = try await TestServer.start()
    server.commit([SampleUpdate(), SampleUpdate(metric: "emails"), SampleUpdate(grain: "year")])
    var configuration = TestServer.configuration()
    configuration.catalogue.metrics.removeAll { $0.name == "emails" }
    configuration.catalogue.windows.removeAll { $0.name == "year" }
    server.server.show(configuration)
    #expect(try await server.json("/api/v1/metrics")["total"] as? Int == 1)
    #expect(try await server.answer("/api/v1/metrics?metric=emails").status == 400)
    let catalogue = try await server.json("/api/v1/catalogue")
    let metrics = try #require(catalogue["metrics"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    #expect(metrics.contains("calls") && !metrics.contains("emails"))
    let windows = try #require(catalogue["windows"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    #expect(windows.contains("day") && !windows.contains("year"))
  }

  @Test func settingsShownAreThoseInUse() async throws {
    let server = try await TestServer.start()
    var configuration = TestServer.configuration()
    configuration.emit.intervalMillis = 12_500
    configuration.limits.recordBytes = 4_321
    server.server.show(configuration)
    let document = try await server.json("/api/v1/configuration")
    #expect(document["emitIntervalSeconds"] as? Double == 12.5)
    #expect((document["limits"] as? [String: Any])?["recordBytes"] as? Int == 4_321)
  }

  @Test func stateAndTasksTellTheBooks() async throws {
    let server = try await TestServer.start()
    server.show(TestServer.runningStatus())
    let state = try await server.json("/api/v1/state")
    let books = try #require(state["books"] as? [String: Any])
    #expect(books["read"] as? Int == 30)
    #expect(books["isBalanced"] as? Bool == true)
    #expect(state["isReady"] as? Bool == true)
    let tasks = try #require(try await server.json("/api/v1/tasks")["tasks"] as? [[String: Any]])
    #expect(tasks.map { $0["position"] as? Int } == [100, 101])
    #expect(tasks.map { ($0["books"] as? [String: Any])?["read"] as? Int } == [10, 20])
    #expect(tasks[0]["streamTime"] as? String == Zone.utc.format(SampleUpdate.first))
  }
}
