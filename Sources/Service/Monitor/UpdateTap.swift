import Core
import Dispatch
import Synchronization

/// Hands copies of committed updates to a listener on a thread of its own; whoever commits never waits for
/// it.
///
/// Bounded twice: one commit keeps at most `commitBytesMax`, with a reserve for the company's updates, and
/// what the listener has not taken yet is at most `waitingBytesMax`. Beyond that updates are left out,
/// counted, and the next batch says how many, so that a listener can tell that what it knows may be out of
/// date.
public final class UpdateTap: Sendable {
  /// Gets every batch, one after the other.
  public typealias Listener = @Sendable (CommittedUpdates) -> Void

  private let listener: Listener
  private let queue = DispatchQueue(label: "nadi.tap")
  private let waitingBytes = Atomic<Int>(0)
  private let waitingBytesMax: Int
  let commitBytesMax: Int

  public init(
    commitBytesMax: Int = 64 << 20, waitingBytesMax: Int = 128 << 20, listener: @escaping Listener
  ) {
    self.commitBytesMax = commitBytesMax
    self.waitingBytesMax = waitingBytesMax
    self.listener = listener
  }

  /// Hands over a batch; false when the listener is too far behind, and the batch is left out.
  func handOver(_ batch: CommittedUpdates) -> Bool {
    let size = batch.bytes.count
    guard waitingBytes.load(ordering: .relaxed) + size <= waitingBytesMax else { return false }
    waitingBytes.add(size, ordering: .relaxed)
    queue.async { [self] in
      listener(batch)
      waitingBytes.subtract(size, ordering: .relaxed)
    }
    return true
  }

  /// Returns when the listener has taken everything handed over before.
  public func drain() { queue.sync {} }
}
