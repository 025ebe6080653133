import Dispatch

#if canImport(Glibc)
  import Glibc
#endif

/// Turns SIGHUP into a wish to read the configuration again, for as long as it lives.
public final class ReloadSignal: @unchecked Sendable {
  // Unchecked: the source is only kept alive; it is never touched after `init`.
  private let source: any DispatchSourceSignal

  public init(_ requests: ReloadRequests) {
    signal(SIGHUP, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: DispatchQueue(label: "nadi.reload"))
    source.setEventHandler { requests.raise() }
    source.resume()
  }
}
