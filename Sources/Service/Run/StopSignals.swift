import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Notes SIGTERM and SIGINT, which ask for an orderly end.
public final class StopSignals: @unchecked Sendable {
  // Unchecked: the sources are only kept alive; they are never touched after `init`.
  private let raised = Atomic<Bool>(false)
  private let sources: [any DispatchSourceSignal]

  public init() {
    var sources: [any DispatchSourceSignal] = []
    let queue = DispatchQueue(label: "nadi.signals")
    for number in [SIGTERM, SIGINT] {
      signal(number, SIG_IGN)
      sources.append(DispatchSource.makeSignalSource(signal: number, queue: queue))
    }
    self.sources = sources
    for source in sources {
      source.setEventHandler { [unowned self] in raised.store(true, ordering: .relaxed) }
      source.resume()
    }
  }

  public var isRaised: Bool { raised.load(ordering: .relaxed) }
}
