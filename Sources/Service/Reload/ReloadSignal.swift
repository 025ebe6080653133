import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Notes SIGHUP, which asks for the configuration to be read again.
public final class ReloadSignal: @unchecked Sendable {
  // Unchecked: the source is only kept alive; it is never touched after `init`.
  private let raised = Atomic<Bool>(false)
  private let source: any DispatchSourceSignal

  public init() {
    signal(SIGHUP, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: DispatchQueue(label: "nadi.reload"))
    source.setEventHandler { [unowned self] in raised.store(true, ordering: .relaxed) }
    source.resume()
  }

  /// Whether it was raised since the last call; several times count as one.
  func take() -> Bool { raised.exchange(false, ordering: .relaxed) }

  var isRaised: Bool { raised.load(ordering: .relaxed) }
}
