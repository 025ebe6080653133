import Logging
import Synchronization

/// Passes committed updates on to all readers of the stream.
final class StreamHub: Sendable {
  private struct State {
    var clients: [Int: StreamClient] = [:]
    var nextNumber = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  private let cutOff = Atomic<UInt64>(0)
  private let logger: Logger
  private let clientsMax: Int
  private let waitingBytesMax: Int

  init(clientsMax: Int, waitingBytesMax: Int, logger: Logger) {
    self.clientsMax = clientsMax
    self.waitingBytesMax = waitingBytesMax
    self.logger = logger
  }

  var clientCount: Int { state.withLock { $0.clients.count } }
  /// Readers that were cut off because they were too slow.
  var cutOffCount: UInt64 { cutOff.load(ordering: .relaxed) }

  /// Adds a reader, or nil when there are too many or the server stops.
  func join() -> (number: Int, client: StreamClient)? {
    state.withLock { state in
      guard !state.isClosed, state.clients.count < clientsMax else { return nil }
      state.nextNumber += 1
      let client = StreamClient(waitingBytesMax: waitingBytesMax)
      state.clients[state.nextNumber] = client
      return (state.nextNumber, client)
    }
  }

  func leave(_ number: Int) { state.withLock { $0.clients[number] = nil } }

  /// Queues a message for every reader; readers that do not keep up are cut off, and it is said so.
  func send(_ message: StreamClient.Message) {
    let clients = state.withLock { $0.clients }
    for (number, client) in clients where !client.send(message) {
      leave(number)
      cutOff.add(1, ordering: .relaxed)
      logger.warning(
        "a reader of the update stream is too slow and is cut off",
        metadata: ["waiting_bytes_max": "\(waitingBytesMax)"])
    }
  }

  /// Ends all streams behind what is queued; nobody can join any more. Readers leave when they have been
  /// told.
  func close() {
    let clients = state.withLock { state in
      state.isClosed = true
      return state.clients
    }
    for client in clients.values { client.finish() }
  }
}
