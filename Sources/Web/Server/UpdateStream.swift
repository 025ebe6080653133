import Hummingbird

/// Answers with server-sent events: one for each committed update that matches, as long as the reader keeps
/// up.
struct UpdateStream {
  let hub: StreamHub
  let filter: UpdateFilter

  private static let chunkBytes = 32 << 10

  var response: Response {
    let (hub, filter) = (hub, filter)
    let body = ResponseBody { writer in
      guard let (number, client) = hub.join() else {
        try await writer.write(ByteBuffer(string: Self.event("cut", "{\"reason\":\"too many streams\"}")))
        return try await writer.finish(nil)
      }
      defer { hub.leave(number) }
      try await writer.write(ByteBuffer(string: ": the updates that match, from now on\n\n"))
      for await message in client.messages {
        try await Self.write(message, filter, &writer)
        client.took(message)
      }
      let reason = client.isCut ? "the reader is too slow" : "the daemon stops"
      try await writer.write(ByteBuffer(string: Self.event("cut", "{\"reason\":\"\(reason)\"}")))
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: [.contentType: "text/event-stream"], body: body)
  }

  private static func event(_ name: String, _ data: String) -> String { "event: \(name)\ndata: \(data)\n\n" }

  private static func write(
    _ message: StreamClient.Message, _ filter: UpdateFilter, _ writer: inout any ResponseBodyWriter
  ) async throws {
    switch message {
    case .beat: try await writer.write(ByteBuffer(string: ": still here\n\n"))
    case .gap(let count): try await writer.write(ByteBuffer(string: event("gap", "{\"omitted\":\(count)}")))
    case .updates(let cells):
      var buffer = ByteBuffer()
      for cell in cells where filter.matches(cell) {
        buffer.writeStaticString(cell.isTombstone ? "event: tombstone\ndata: " : "event: update\ndata: ")
        buffer.writeBytes(cell.value)
        buffer.writeStaticString("\n\n")
        guard buffer.readableBytes >= chunkBytes else { continue }
        try await writer.write(buffer)
        buffer.clear()
      }
      if buffer.readableBytes > 0 { try await writer.write(buffer) }
    }
  }
}
