import Dispatch
import Foundation
import Synchronization

/// A thread that can be waited for.
final class DemoThread: Sendable {
  private let ended = Atomic<Bool>(false)

  private static let stackBytes = 8 << 20

  init(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread { [self] in
      body()
      ended.store(true, ordering: .releasing)
    }
    thread.name = name
    thread.stackSize = Self.stackBytes
    thread.start()
  }

  var isEnded: Bool { ended.load(ordering: .acquiring) }
}
