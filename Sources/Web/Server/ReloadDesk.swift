import Service

/// Takes wishes to reload to the processing loop, and waits for what becomes of them.
struct ReloadDesk: Sendable {
  let requests: ReloadRequests
  /// How long a wish waits for its outcome.
  let waitMillis: Int64

  /// Asks for a reload; nil when nothing was done about it in time, and it is still to come.
  func outcome() async -> ReloadOutcome? {
    let (outcomes, continuation) = AsyncStream<ReloadOutcome>.makeStream()
    requests.raise { outcome in
      continuation.yield(outcome)
      continuation.finish()
    }
    let timer = Task {
      guard (try? await Task.sleep(for: .milliseconds(waitMillis))) != nil else { return }
      continuation.finish()
    }
    defer { timer.cancel() }
    return await outcomes.first { _ in true }
  }
}
