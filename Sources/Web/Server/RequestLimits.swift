import NIOCore
import NIOHTTPTypes
import Synchronization

/// Ends connections that take too long or send too much: slow requests, large bodies, readers that stand
/// still.
///
/// One for each connection, on its event loop.
final class RequestLimits: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let bodyBytesMax: Int
  private let timeout: TimeAmount
  private let stopping: StopMark
  private var bodyBytes = 0
  private var requestTimer: Scheduled<Void>?
  private var writeTimer: Scheduled<Void>?

  init(bodyBytesMax: Int, timeout: TimeAmount, stopping: StopMark) {
    self.bodyBytesMax = bodyBytesMax
    self.timeout = timeout
    self.stopping = stopping
  }

  /// A connection that comes while the server stops may have nobody to serve it. It ends before the handlers behind
  /// hear of it: the last of them would then give away what it writes with, and NIO traps when nobody takes that.
  func channelActive(context: ChannelHandlerContext) {
    if stopping.isRaised { return context.close(promise: nil) }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      bodyBytes = 0
      requestTimer?.cancel()
      requestTimer = closing(context)
    case .body(let buffer):
      bodyBytes += buffer.readableBytes
      if bodyBytes > bodyBytesMax { return context.close(promise: nil) }
    case .end:
      requestTimer?.cancel()
      requestTimer = nil
    }
    context.fireChannelRead(data)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    writeTimer?.cancel()
    writeTimer = context.channel.isWritable ? nil : closing(context)
    context.fireChannelWritabilityChanged()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    requestTimer?.cancel()
    writeTimer?.cancel()
  }

  private func closing(_ context: ChannelHandlerContext) -> Scheduled<Void> {
    let channel = context.channel
    return context.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
  }
}

/// Raised once, when a server begins to stop.
final class StopMark: Sendable {
  private let mark = Atomic(false)

  var isRaised: Bool { mark.load(ordering: .acquiring) }

  func raise() { mark.store(true, ordering: .releasing) }
}
