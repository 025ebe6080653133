import Catalogue
import Foundation
import Kafka
import Synchronization
import Testing

@testable import Service

/// A daemon on a thread of its own, that is told to stop when the test is done with it.
final class RunningService: Sendable {
  let recorder = LogRecorder()
  let monitor = RunMonitor()
  private let mustStop = Atomic<Bool>(false)
  private let askedCount = Atomic<Int>(0)
  private let outcome = Mutex<Result<Void, any Error>?>(nil)
  private let times = Mutex<(stop: ContinuousClock.Instant?, end: ContinuousClock.Instant?)>((nil, nil))
  private let latest = Mutex(RunStatus(phase: .waiting))

  private let shown = Mutex<Configuration?>(nil)
  private let next: Configuration?
  let reloads = ReloadRequests()

  /// - Parameter next: what is read at `reload()`.
  init(_ configuration: Configuration, tap: UpdateTap? = nil, next: Configuration? = nil) {
    self.next = next
    let thread = Thread { [self] in
      let result = Result { try run(configuration, tap) }
      times.withLock { $0.end = .now }
      outcome.withLock { $0 = result }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// One request at a time: the mock takes a request behind one that failed, which brokers refuse for its sequence
  /// number, and librdkafka rightly concludes that the failed one had been written after all.
  private static let settings: Settings = [("fetch.wait.max.ms", "10"), ("max.in.flight", "1")]

  private func run(_ configuration: Configuration, _ tap: UpdateTap?) throws {
    let service = try RunService(
      configuration: configuration, settings: Self.settings, managesOutputs: false, build: "test",
      logger: recorder.logger())
    (service.monitor, service.tap) = (monitor, tap)
    service.onStatus = { [self] status in latest.withLock { $0 = status } }
    service.reloader = Reloader(
      file: "next", requests: reloads, manager: nil, logger: recorder.logger(),
      load: { [next] in (next, []) })
    service.onReload = { [self] configuration in shown.withLock { $0 = configuration } }
    try service.run {
      askedCount.add(1, ordering: .relaxed)
      return mustStop.load(ordering: .relaxed)
    }
  }

  /// Asks the service to take its next configuration.
  func reload() { reloads.raise() }
  /// The configuration that it last said to be in use; nil before the first.
  var shownConfiguration: Configuration? { shown.withLock { $0 } }

  var status: RunStatus { latest.withLock { $0 } }
  /// Whether the service asked if it is to stop, and was told no.
  var isAtWork: Bool { askedCount.load(ordering: .relaxed) > 0 && !mustStop.load(ordering: .relaxed) }
  var isOver: Bool { outcome.withLock { $0 != nil } }

  /// Waits until so many events are in the books and every partition was read to its end; then stops.
  func finish(afterReading events: UInt64) async throws {
    defer { mustStop.store(true, ordering: .relaxed) }
    let recent = WallClock.nowMillis() - 60_000
    try await eventually("\(events) events read, \(status)") {
      isOver || status.books.read >= events && status.watermark >= recent
    }
    try await stop()
  }

  /// Stops and throws what the service threw.
  func stop() async throws {
    times.withLock { $0.stop = .now }
    mustStop.store(true, ordering: .relaxed)
    try await end()
  }

  /// From when it was told to stop until it did.
  var stopDuration: Duration? {
    times.withLock { times in
      guard let stop = times.stop, let end = times.end else { return nil }
      return end - stop
    }
  }

  /// Waits for the end and throws what the service threw.
  func end() async throws {
    defer { mustStop.store(true, ordering: .relaxed) }
    try await eventually("the service ends") { isOver }
    try outcome.withLock { $0 }?.get()
  }

  /// Waits for the end and returns the fault that the service must have ended with.
  func fault() async throws -> ServiceFault? {
    do {
      try await end()
      Issue.record("the service should have ended with a fault")
      return nil
    } catch let fault as ServiceFault {
      return fault
    }
  }
}
