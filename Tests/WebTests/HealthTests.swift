import Catalogue
import Testing

@testable import Service
@testable import Web

@Suite struct HealthTests {
  @Test(arguments: ["/livez", "/health"])
  func aLoopThatStandsStillIsNotAlive(_ path: String) async throws {
    let server = try await TestServer.start()
    server.show(TestServer.runningStatus())
    #expect(try await server.answer(path).status == 200)
    var configuration = TestServer.configuration()
    configuration.http.stallMillis = -1
    server.server.show(configuration)
    let answer = try await server.answer(path)
    #expect(answer.status == 503)
    #expect(answer.text.contains("has not advanced"))
  }

  @Test func readingASnapshotIsNoStall() async throws {
    var configuration = TestServer.configuration()
    configuration.http.stallMillis = -1
    let server = try await TestServer.start(configuration)
    server.show(RunStatus(phase: .restoring))
    #expect(try await server.answer("/livez").status == 200)
    var replaying = TestServer.runningStatus()
    replaying.phase = .restoring
    server.show(replaying)
    #expect(try await server.answer("/livez").status == 503)
  }

  @Test(arguments: ["/readyz", "/ready"])
  func readyNeedsEveryCheck(_ path: String) async throws {
    let server = try await TestServer.start()
    func status(_ change: (inout RunStatus) -> Void) -> RunStatus {
      var status = TestServer.runningStatus()
      change(&status)
      return status
    }
    let cases: [(RunStatus, String?)] = [
      (RunStatus(phase: .waiting), "assigned"), (status { $0.partitions.removeLast() }, "assigned"),
      (status { $0.phase = .restoring }, "restored"), (status { $0.lag = 100_001 }, "lag"),
      (status { _ in }, nil),
      (status { $0.lag = 100_000 }, nil),
    ]
    for (status, failing) in cases {
      server.show(status)
      let (short, long) = (try await server.answer(path), try await server.answer("\(path)?verbose"))
      #expect(short.status == (failing == nil ? 200 : 503), "\(status)")
      #expect(long.status == short.status)
      for check in ["alive", "assigned", "restored", "lag"] { #expect(long.text.contains("]\(check): ")) }
      if let failing {
        #expect(long.text.contains("[-]\(failing): "))
        #expect(short.text.contains("\(failing): "))
      } else {
        #expect(short.text == "ok\n")
        #expect(!long.text.contains("[-]"))
      }
    }
  }

  @Test func whoeverFollowsIsReadyAsAStandby() async throws {
    let server = try await TestServer.start()
    var status = TestServer.runningStatus()
    status.phase = .following
    server.show(status)
    #expect(try await server.answer("/readyz").status == 503)
    #expect(try await server.answer("/readyz?standby").status == 200)
    #expect(try await server.answer("/readyz?standby=false").status == 503)
    status.lag = 100_001
    server.show(status)
    #expect(try await server.answer("/readyz?standby").status == 503)
    server.show(RunStatus(phase: .restoring))
    #expect(try await server.answer("/readyz?standby").status == 503)
  }

  @Test func nothingIsReadyBeforeTheFirstStatus() async throws {
    let server = try await TestServer.start()
    #expect(try await server.answer("/readyz").status == 503)
    #expect(try await server.answer("/livez").status == 200)
  }
}
