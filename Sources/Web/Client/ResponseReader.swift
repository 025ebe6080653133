import NIOCore
import NIOHTTP1

/// Passes the parts of one response on, and ends with it or with what went wrong.
final class ResponseReader: ChannelInboundHandler, Sendable {
  typealias InboundIn = HTTPClientResponsePart

  enum Part: Sendable {
    case head(HTTPResponseHead)
    case bytes([UInt8])
  }

  private let continuation: AsyncThrowingStream<Part, any Error>.Continuation

  init(_ continuation: AsyncThrowingStream<Part, any Error>.Continuation) { self.continuation = continuation }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): continuation.yield(.head(head))
    case .body(let buffer): continuation.yield(.bytes(Array(buffer.readableBytesView)))
    case .end: continuation.finish()
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    continuation.finish(throwing: error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { continuation.finish(throwing: Ended()) }

  /// The connection ended before the response did.
  struct Ended: Error, CustomStringConvertible {
    var description: String { "the daemon closed the connection" }
  }
}
