import Foundation
import Service

/// Waits for conditions, with a limit, and not when the user wants to stop.
public struct Patience {
  private let secondsMax: Double
  private let isStopped: () -> Bool

  /// - Parameter secondsMax: how long one wait may take.
  public init(secondsMax: Double, isStopped: @escaping () -> Bool) {
    self.secondsMax = secondsMax
    self.isStopped = isStopped
  }

  private static let stepSeconds = 0.005

  /// Asks every few milliseconds until the condition is true.
  ///
  /// - Parameter what: as in "for the topic to be read".
  /// - Throws: `ServiceFault` when the time is over or the user wants to stop.
  func wait(_ what: String, until condition: () throws -> Bool) throws {
    let limit = WallClock.steadyMillis() + Int64(secondsMax * 1_000)
    while try !condition() {
      try check()
      guard WallClock.steadyMillis() < limit else {
        throw ServiceFault(
          .unavailable, "waited \(Int(secondsMax)) s \(what), which is too long",
          remedy: "see that the brokers answer, or measure with fewer events")
      }
      Thread.sleep(forTimeInterval: Self.stepSeconds)
    }
  }

  /// - Throws: `ServiceFault` when the user wants to stop.
  func check() throws {
    guard isStopped() else { return }
    throw ServiceFault(.temporaryFailure, "stopped before the end", remedy: "start it again")
  }
}
