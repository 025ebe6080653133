import Synchronization

/// What one reader of the stream has yet to take: at most so many bytes and messages, or it is cut off.
final class StreamClient: Sendable {
  enum Message: Sendable {
    case updates([ViewCell])
    /// Updates that were left out before the next ones.
    case gap(UInt64)
    /// Nothing happened for a while; whoever is gone is noticed.
    case beat
  }

  let messages: AsyncStream<Message>
  private let continuation: AsyncStream<Message>.Continuation
  private let waitingBytes = Atomic<Int>(0)
  private let cut = Atomic<Bool>(false)
  private let waitingBytesMax: Int

  static let waitingCountMax = 256

  init(waitingBytesMax: Int) {
    self.waitingBytesMax = waitingBytesMax
    (messages, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.waitingCountMax))
  }

  /// Whether it was cut off because it was too slow.
  var isCut: Bool { cut.load(ordering: .relaxed) }

  static func byteCount(_ message: Message) -> Int {
    guard case .updates(let cells) = message else { return 0 }
    return cells.reduce(0) { $0 + $1.value.count }
  }

  /// Queues a message; false when the reader was too slow for it and is cut off.
  func send(_ message: Message) -> Bool {
    let size = Self.byteCount(message)
    let waiting = waitingBytes.load(ordering: .relaxed)
    // A single commit may be larger than the bound: it is shared by all readers, so it costs nothing to
    // queue it.
    if waiting == 0 || waiting + size <= waitingBytesMax {
      waitingBytes.add(size, ordering: .relaxed)
      if case .enqueued = continuation.yield(message) { return true }
    }
    cut.store(true, ordering: .relaxed)
    continuation.finish()
    return false
  }

  /// Says that a message was written out.
  func took(_ message: Message) { waitingBytes.subtract(Self.byteCount(message), ordering: .relaxed) }

  /// Ends the stream behind what is queued.
  func finish() { continuation.finish() }
}
