import Foundation
import Testing

@testable import Service
@testable import Web

@Suite struct LimitsTests {
  private func server(connections: Int = 64) async throws -> TestServer {
    var limits = WebServer.Limits()
    (limits.timeoutMillis, limits.connections) = (300, connections)
    return try await TestServer.start(limits: limits)
  }

  private func isAnswered(_ connection: RawConnection, within limit: Duration) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      if let bytes = connection.read(), !bytes.isEmpty { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  @Test func theLimitsAreThoseThatAreDocumented() {
    let limits = WebServer.Limits()
    #expect(limits.connections == 64)
    #expect(limits.timeoutMillis == 5_000)
    #expect(limits.headerBytes == 8_192)
    #expect(GuardMiddleware.bodyBytesMax == 65_536)
  }

  @Test func headersAreBounded() async throws {
    let server = try await TestServer.start()
    let allowed = try await server.answer(
      "/livez", headers: [("x-long", String(repeating: "a", count: 7_000))])
    #expect(allowed.status == 200)
    let refused = try await server.answer(
      "/livez", headers: [("x-long", String(repeating: "a", count: 8_300))])
    #expect(refused.status == 400)
    let many = (0..<20).map { ("x-\($0)", String(repeating: "a", count: 500)) }
    #expect(try await server.answer("/livez", headers: many).status == 400)
  }

  @Test func bodiesAreBounded() async throws {
    let server = try await TestServer.start()
    let said = try RawConnection(port: server.port)
    try said.write("GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n")
    try await eventually("it is refused") { (said.read() ?? []).starts(with: "HTTP/1.1 413".utf8) }
    let unsaid = try RawConnection(port: server.port)
    try unsaid.write("GET /livez HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
    let chunk = "4000\r\n" + String(repeating: "a", count: 0x4000) + "\r\n"
    try await eventually("the connection is closed") {
      do {
        try unsaid.write(chunk)
      } catch {
        return true
      }
      return try unsaid.isClosed()
    }
  }

  @Test(arguments: [
    "", "GET /livez HT", "GET /livez HTTP/1.1\r\nHost: localhost\r\n",
    "GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na",
  ])
  func slowRequestsEnd(_ beginning: String) async throws {
    let server = try await server()
    let connection = try RawConnection(port: server.port)
    try connection.write(beginning)
    try await eventually("the connection is closed") { try connection.isClosed() }
  }

  @Test func aTrickleIsASlowRequest() async throws {
    let server = try await server()
    let connection = try RawConnection(port: server.port)
    try connection.write("GET /livez HTTP/1.1\r\nHost: localhost\r\n")
    try await eventually("the connection is closed") {
      do { try connection.write("x: y\r\n") } catch { return true }
      return try connection.isClosed()
    }
  }

  @Test func connectionsAreBounded() async throws {
    let server = try await server(connections: 2)
    let held = try (0..<2).map { _ in try RawConnection(port: server.port) }
    for connection in held { try connection.write("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n") }
    try await eventually("both are open") { server.server.streamCount == 2 }
    let third = try RawConnection(port: server.port)
    try third.write("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try await !isAnswered(third, within: .milliseconds(500)))
    withExtendedLifetime(held) {}
  }

  /// NIO traps when a connection that it has accepted is given to nobody, which happens about once in a hundred times.
  @Test func connectionsMayComeWhileItStops() async throws {
    for _ in 0..<100 {
      let server = try await server(connections: 2)
      let held = try (0..<2).map { _ in try RawConnection(port: server.port) }
      for connection in held {
        try connection.write("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
      }
      try await eventually("both are open") { server.server.streamCount == 2 }
      // They are accepted one by one when the streams end, which is when the server stops.
      let waiting = try (0..<40).map { _ in try RawConnection(port: server.port) }
      await withCheckedContinuation { continuation in
        Thread.detachNewThread {
          server.server.stop()
          continuation.resume()
        }
      }
      withExtendedLifetime((held, waiting)) {}
    }
  }
}
