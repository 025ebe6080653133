import Foundation
import Synchronization

/// Runs one job on several threads at once and waits for all of them: the fork and join of one batch.
///
/// The calling thread does the first share itself, so a pool of one has no other thread.
final class WorkerPool: @unchecked Sendable {
  // Unchecked: `job` is written only while no thread runs, and handed over by the semaphores.
  private let size: Int
  private var job: ((Int) -> Void)?
  private var isStopping = false
  private let starts: [DispatchSemaphore]
  private let done = DispatchSemaphore(value: 0)

  init(size: Int) {
    self.size = size
    starts = (1..<max(size, 1)).map { _ in DispatchSemaphore(value: 0) }
    for number in 1..<max(size, 1) {
      let thread = Thread { [self] in loop(number) }
      thread.name = "nadi-worker-\(number)"
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  private func loop(_ number: Int) {
    while true {
      starts[number - 1].wait()
      if isStopping { return }
      job?(number)
      done.signal()
    }
  }

  /// Calls `body` once for each number below the size, in parallel, and returns when all are done.
  func run(_ body: (Int) -> Void) {
    guard size > 1 else { return body(0) }
    withoutActuallyEscaping(body) { escaping in
      job = escaping
      for start in starts { start.signal() }
      escaping(0)
      for _ in starts { done.wait() }
      job = nil
    }
  }

  /// Ends the threads; the pool cannot be used again.
  func stop() {
    isStopping = true
    for start in starts { start.signal() }
  }
}
