import Synchronization

/// Wishes that the configuration be read again, from any thread; the processing loop fulfils them at a commit.
public final class ReloadRequests: Sendable {
  /// Told what was done about the wish, on the thread of the processing loop.
  public typealias Listener = @Sendable (ReloadOutcome) -> Void

  private struct State {
    var isRaised = false
    var listeners: [Listener] = []
  }

  private let state = Mutex(State())

  public init() {}

  /// Asks for the file to be read again; several times before it happens count as one.
  public func raise(_ listener: Listener? = nil) {
    state.withLock { state in
      state.isRaised = true
      if let listener { state.listeners.append(listener) }
    }
  }

  var isRaised: Bool { state.withLock { $0.isRaised } }

  /// Those who wait for an outcome; nil when nobody asked since the last call.
  func take() -> [Listener]? {
    state.withLock { state in
      defer { state = State() }
      return state.isRaised ? state.listeners : nil
    }
  }
}
