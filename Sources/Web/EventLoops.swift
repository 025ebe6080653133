import NIOCore
import NIOPosix

/// The threads that all servers and clients of the process share, as long as it lives.
///
/// A server that has ended is let go of a little later, and needs them then.
enum EventLoops {
  static let shared: MultiThreadedEventLoopGroup = {
    NIOSingletons.groupLoopCountSuggestion = 2
    return .singleton
  }()
}
