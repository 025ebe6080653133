import Service
import Synchronization

/// What the demonstration's threads tell each other; any thread may use it.
final class DemoBoard: Sendable {
  private let state = Mutex(DemoState())

  /// A copy of everything as it is now.
  var current: DemoState { state.withLock { $0 } }

  /// Reads or changes something, briefly: the other threads wait.
  func access<Result: Sendable>(_ body: (inout DemoState) -> Result) -> Result {
    state.withLock { body(&$0) }
  }

  /// Runs what a thread does; the first failure is noted for the main thread to end the others.
  func guarding(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      access { if $0.failure == nil { $0.failure = error } }
    }
  }
}

/// The state of a demonstration.
struct DemoState: Sendable {
  /// How far the end has come: each step waits for the one before.
  enum Order: Int, Comparable, Sendable {
    case run, stopFeed, stopDaemon, stopReader

    static func < (left: Order, right: Order) -> Bool { left.rawValue < right.rawValue }
  }

  var order = Order.run
  var failure: (any Error)?
  /// Records handed to the producer.
  var produced: UInt64 = 0
  /// The simulation's clock, in milliseconds since 1970; nil before it starts.
  var simulatedTime: Int64?
  /// Where the daemon answers over HTTP; nil before it does.
  var url: String?
  /// As the daemon last told, about once a second.
  var status: RunStatus?
  /// What the daemon logged, newest last; only the last few.
  var notes: [String] = []
  /// All notes there ever were.
  var noteCount = 0
  var table = DemoTable()

  private static let notesMax = 50

  /// Records not yet processed by the daemon.
  var lag: UInt64 { produced - min(produced, status?.books.read ?? 0) }

  mutating func note(_ text: String) {
    if notes.count == Self.notesMax { notes.removeFirst() }
    notes.append(text)
    noteCount += 1
  }
}
