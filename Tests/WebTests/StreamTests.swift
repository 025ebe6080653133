import Testing

@testable import Service
@testable import Web

@Suite struct StreamTests {
  private struct Enough: Error {}

  /// The lines of a stream until some line satisfies a condition; `whenOpen` is called once it is open.
  private func lines(
    _ server: TestServer, _ path: String, whenOpen: () -> Void, until isLast: (String) -> Bool
  ) async throws -> [String] {
    var lines: [String] = []
    do {
      try await server.client.lines(path) { line in
        if lines.isEmpty { whenOpen() }
        lines.append(line)
        if isLast(line) { throw Enough() }
      }
    } catch is Enough {}
    return lines
  }

  @Test func updatesThatMatchComeInOrder() async throws {
    let server = try await TestServer.start()
    server.commit([SampleUpdate(id: "before")])
    var tombstone = SampleUpdate(id: "rep-3")
    tombstone.isTombstone = true
    let samples = [
      SampleUpdate(id: "rep-1", value: 1), SampleUpdate(metric: "emails"),
      SampleUpdate(id: "rep-2", value: 2), tombstone,
    ]
    let lines = try await lines(server, "/api/v1/stream?metric=calls") {
      server.commit(samples)
    } until: {
      $0.contains("rep-3")
    }
    let expected = [
      "event: update", "data: \(samples[0].json)", "event: update", "data: \(samples[2].json)",
      "event: tombstone",
      "data: \(tombstone.json)",
    ]
    #expect(lines.filter { $0.hasPrefix("event") || $0.hasPrefix("data") } == expected)
    try await eventually("the reader is gone") {
      server.commit([SampleUpdate()])
      return server.server.streamCount == 0
    }
  }

  @Test func omittedUpdatesAreSaid() async throws {
    let server = try await TestServer.start()
    let lines = try await lines(server, "/api/v1/stream") {
      server.commit([SampleUpdate()], omitted: 17)
    } until: {
      $0.contains("\"calls\"")
    }
    #expect(lines.contains("event: gap"))
    #expect(lines.contains("data: {\"omitted\":17}"))
  }

  @Test func silenceIsBrokenByComments() async throws {
    var limits = WebServer.Limits()
    limits.beatMillis = 50
    let server = try await TestServer.start(limits: limits)
    let lines = try await lines(server, "/api/v1/stream") {
    } until: {
      $0 == ": still here"
    }
    #expect(!lines.contains { $0.hasPrefix("data") })
  }

  @Test func tooManyStreamsAreRefused() async throws {
    var limits = WebServer.Limits()
    limits.streams = 0
    let server = try await TestServer.start(limits: limits)
    let lines = try await lines(server, "/api/v1/stream") {
    } until: {
      $0.hasPrefix("data")
    }
    #expect(lines == ["event: cut", "data: {\"reason\":\"too many streams\"}"])
  }

  @Test func stoppingEndsTheStreamWithAWord() async throws {
    let server = try await TestServer.start()
    let lines = try await lines(server, "/api/v1/stream") {
      server.stop()
    } until: {
      $0.hasPrefix("data")
    }
    #expect(lines.contains("data: {\"reason\":\"the daemon stops\"}"))
  }

  @Test func aReaderWithTooMuchWaitingIsCutOff() async throws {
    let cells = (0..<10).map { number -> ViewCell in
      let batch = CommittedUpdates([SampleUpdate(id: "rep-\(number)")])
      return ViewCell(batch.updates[0], in: batch.bytes)
    }
    let size = StreamClient.byteCount(.updates(cells))
    let client = StreamClient(waitingBytesMax: size * 2)
    #expect(client.send(.updates(cells)))
    #expect(client.send(.updates(cells)))
    client.took(.updates(cells))
    #expect(client.send(.updates(cells)), "what was taken makes room")
    #expect(!client.send(.updates(cells)))
    #expect(client.isCut)
    var count = 0
    for await _ in client.messages { count += 1 }
    #expect(count == 3, "what was queued before still comes")
    let large = StreamClient(waitingBytesMax: 1)
    #expect(large.send(.updates(cells)), "one commit may be larger than the bound")
    #expect(!large.send(.updates(cells)))
  }

  @Test func aReaderThatStandsStillIsCutOff() async throws {
    var limits = WebServer.Limits()
    (limits.timeoutMillis, limits.streamBytes) = (300, 1)
    let server = try await TestServer.start(limits: limits)
    let reader = try RawConnection(port: server.port)
    try reader.write("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    try await eventually("the stream is open") { server.server.streamCount == 1 }
    let samples = (0..<2_000).map { SampleUpdate(id: "rep-\($0)") }
    // The sockets' buffers take some megabytes before the writer must wait.
    try await eventually("it is cut off") {
      server.commit(samples)
      return server.server.streamCount == 0
    }
    try await eventually("the connection is closed") { try reader.isClosed() }
  }
}
