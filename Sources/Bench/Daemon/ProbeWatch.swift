import Foundation
import Kafka
import Service
import Synchronization

/// Waits, on a thread of its own, for the updates that timed events lead to.
final class ProbeWatch: Sendable {
  /// What was found.
  struct Found {
    var latencies = LatencyHistogram()
    /// Timed events whose update did not come.
    var missing = 0
  }

  private struct State {
    /// When each event was produced that is waited for, in microseconds of the steady clock.
    var waiting: [Int: (micros: Int64, isCounted: Bool)] = [:]
    var found = Found()
    var failure: (any Error)?
  }

  private let state = Mutex(State())
  private let isStopping = Atomic<Bool>(false)
  private let ended = DispatchSemaphore(value: 0)

  private static let marker = Array("probe-".utf8)

  /// The name of a timed event's rep, by which its update is known.
  static func rep(_ number: Int) -> String { "probe-\(number)" }

  init(_ broker: BenchBroker, output: String) {
    // The reader is made here and used by the thread alone from then on.
    nonisolated(unsafe) let made = Result {
      try OutputReader(broker, topic: output, partitions: broker.partitions)
    }
    let thread = Thread { [self] in
      do {
        let reader = try made.get()
        while !isStopping.load(ordering: .relaxed) { try read(reader) }
      } catch {
        state.withLock { $0.failure = error }
      }
      ended.signal()
    }
    thread.name = "nadi-bench-reader"
    thread.start()
  }

  /// A timed event is produced now.
  func note(_ number: Int, isCounted: Bool) {
    let now = WallClock.steadyMicros()
    state.withLock { $0.waiting[number] = (now, isCounted) }
  }

  /// How many are waited for.
  var missingCount: Int { state.withLock { $0.failure == nil ? $0.waiting.count : 0 } }

  /// Ends the thread and gives what was found.
  func finish() throws -> Found {
    isStopping.store(true, ordering: .relaxed)
    ended.wait()
    return try state.withLock { state in
      if let failure = state.failure { throw failure }
      state.found.missing = state.waiting.values.count { $0.isCounted }
      return state.found
    }
  }

  private func read(_ reader: OutputReader) throws {
    try reader.read(timeoutMillis: 20) { record in
      guard let number = Self.number(in: record.key) else { return }
      let now = WallClock.steadyMicros()
      state.withLock { state in
        guard let (micros, isCounted) = state.waiting.removeValue(forKey: number), isCounted else { return }
        state.found.latencies.record(micros: UInt64(max(0, now - micros)))
      }
    }
  }

  /// The number behind the marker in the key of an update; nil when it is not that of a timed event.
  static func number(in key: UnsafeRawBufferPointer) -> Int? {
    // The scope's id is the third part of a key.
    guard let first = key.firstIndex(of: UInt8(ascii: "|")),
      let second = key[(first + 1)...].firstIndex(of: UInt8(ascii: "|")),
      key[(second + 1)...].starts(with: marker)
    else { return nil }
    let digits = key[(second + 1 + marker.count)...].prefix { (48...57).contains($0) }
    return digits.isEmpty ? nil : digits.reduce(0) { $0 &* 10 &+ Int($1 - 48) }
  }
}
