import Testing

/// Nothing that is waited for takes longer, unless it does not happen at all.
let waitLimit = Duration.seconds(60)

/// Waits until a condition holds; a failure when it does not within the limit.
func eventually(_ what: String, _ condition: () throws -> Bool) async throws {
  let deadline = ContinuousClock.now + waitLimit
  while try !condition() {
    guard ContinuousClock.now < deadline else {
      throw WaitFault(description: "not within \(waitLimit): \(what)")
    }
    try await Task.sleep(for: .milliseconds(10))
  }
}

struct WaitFault: Error, CustomStringConvertible {
  let description: String
}
