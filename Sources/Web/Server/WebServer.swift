import Catalogue
import Dispatch
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import Service
import ServiceLifecycle
import Synchronization

/// Answers health, metrics and queries over HTTP, and shows a page; the one thing that can be asked for is a reload.
///
/// It has one thread of its own, and reads what the processing loop leaves in the monitor and the tap, so
/// that the loop never waits for it. Addresses that other machines can reach are refused unless a token and
/// TLS are configured.
public final class WebServer: Sendable {
  /// What the running service is to leave its state in.
  public let monitor: RunMonitor
  /// What the running service is to hand its committed updates to.
  public let tap: UpdateTap
  /// Where it listens, such as `http://127.0.0.1:9465`.
  public let url: String

  private let state: WebState
  private let stopping = StopMark()
  private let serving: ServiceGroup
  private let ended: DispatchSemaphore
  private let beats: Task<Void, Never>

  /// What a client may take of the server.
  struct Limits: Sendable {
    var connections = 64
    /// For a request to arrive, between two of them, and for a reader to go on reading.
    var timeoutMillis: Int64 = 5_000
    var headerBytes = 8 << 10
    /// Of updates that one reader of the stream has yet to take.
    var streamBytes = 8 << 20
    var streams = 32
    /// Between two signs of life on streams.
    var beatMillis: Int64 = 10_000
    /// How long a wish to reload waits for its outcome.
    var reloadMillis: Int64 = 10_000
  }

  private static let stopSeconds = 5.0
  /// How long readers of streams have to hear that it stops.
  private static let farewellMillis: Int64 = 1_000

  /// Starts it and returns when it listens.
  ///
  /// - Parameter reloads: where wishes to reload go; nil when there is no file to read again.
  /// - Throws: `ServiceFault` with code 78 when the address, token or TLS files are not right, 69 when it
  ///   cannot listen.
  public convenience init(
    configuration: Configuration, build: String, reloads: ReloadRequests? = nil, logger: Logger
  ) throws {
    try self.init(
      configuration: configuration, build: build, reloads: reloads, logger: logger, limits: Limits())
  }

  init(
    configuration: Configuration, build: String, reloads: ReloadRequests?, logger: Logger, limits: Limits
  ) throws {
    let settings = configuration.http
    let token = try Self.token(settings)
    let builder = try Self.builder(settings, limits, stopping)
    let view = UpdateView(bytesMax: settings.viewBytes)
    let hub = StreamHub(clientsMax: limits.streams, waitingBytesMax: limits.streamBytes, logger: logger)
    monitor = RunMonitor()
    tap = UpdateTap { batch in
      let cells = batch.updates.map { ViewCell($0, in: batch.bytes) }
      view.apply(cells, omitted: batch.omitted, omitsCompany: batch.omitsCompany)
      guard hub.clientCount > 0 else { return }
      if batch.omitted > 0 { hub.send(.gap(batch.omitted)) }
      hub.send(.updates(cells))
    }
    state = WebState(configuration: configuration, monitor: monitor, view: view, hub: hub, build: build)
    let guardian = GuardMiddleware(token: token, isLoopback: settings.isLoopback, state: state)
    // What the framework says of its own life, its end among it, is not for an operator.
    var quiet = logger
    quiet.logLevel = .critical
    let start = Start()
    let desk = reloads.map { ReloadDesk(requests: $0, waitMillis: limits.reloadMillis) }
    let router = Routes(state: state, guardian: guardian, reload: desk).router()
    let responder = router.buildResponder()
    routes = router.routes.map(\.description)
    let application = Application(
      responder: responder, server: builder,
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port),
        availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
      onServerRunning: { channel in start.succeed(port: channel.localAddress?.port) },
      eventLoopGroupProvider: .shared(EventLoops.shared), logger: quiet)
    let ended = DispatchSemaphore(value: 0)
    self.ended = ended
    let serving = ServiceGroup(services: [application], logger: quiet)
    self.serving = serving
    Task.detached {
      defer { ended.signal() }
      do {
        try await serving.run()
      } catch {
        start.fail(error)
      }
    }
    do {
      let port = try start.wait()
      url = Self.url(settings, port: port)
    } catch {
      throw ServiceFault(
        .unavailable, "cannot listen on \(settings.address): \(error)",
        remedy: "free the address, set http.address, or write http: { enabled: false }")
    }
    logger.notice("answers over HTTP", metadata: ["url": "\(url)"])
    beats = Task.detached {
      while (try? await Task.sleep(for: .milliseconds(limits.beatMillis))) != nil { hub.send(.beat) }
    }
  }

  /// Every method and path that is answered, such as `GET /livez`.
  let routes: [String]

  /// Open streams of updates.
  var streamCount: Int { state.hub.clientCount }

  /// Shows another configuration from now on; address, token and TLS stay as they were at the start.
  public func show(_ configuration: Configuration) {
    state.configuration = configuration
    let catalogue = configuration.catalogue
    state.view.keep(
      metrics: Set(catalogue.metrics.map(\.name)), scopes: Set(catalogue.scopes.map(\.name)),
      grains: Set(catalogue.windows.map(\.name)))
  }

  /// Ends streams and connections; returns when they are closed, or after a few seconds.
  public func stop() {
    beats.cancel()
    state.hub.close()
    let deadline = WallClock.steadyMillis() + Self.farewellMillis
    while state.hub.clientCount > 0, WallClock.steadyMillis() < deadline {
      Thread.sleep(forTimeInterval: 0.01)
    }
    // New connections are turned away before those that are there are asked to end.
    stopping.raise()
    Task.detached { [serving] in await serving.triggerGracefulShutdown() }
    _ = ended.wait(timeout: .now() + Self.stopSeconds)
  }

  // MARK: - Access

  private static func token(_ settings: HTTPSettings) throws -> AccessToken? {
    guard settings.isGuarded else {
      throw ServiceFault(
        .configuration,
        "\(settings.address) can be reached from other machines, but http.token or http.tls is missing",
        remedy: "configure both, or listen on 127.0.0.1")
    }
    guard let source = settings.token else { return nil }
    guard let token = AccessToken(try SecretFile.secret(source, what: "http.token").revealed) else {
      throw ServiceFault(
        .configuration, "the token is shorter than \(AccessToken.leastBytes) bytes",
        remedy: "write a longer one into the file, such as openssl rand -hex 32 makes")
    }
    return token
  }

  private static func builder(
    _ settings: HTTPSettings, _ limits: Limits, _ stopping: StopMark
  ) throws -> HTTPServerBuilder {
    let plain = HTTPServerBuilder.http1(
      configuration: HTTP1Channel.Configuration(
        additionalChannelHandlers: [
          RequestLimits(
            bodyBytesMax: GuardMiddleware.bodyBytesMax, timeout: .milliseconds(limits.timeoutMillis),
            stopping: stopping)
        ],
        idleTimeout: .milliseconds(limits.timeoutMillis),
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
          maxHeaderFieldCount: 100)))
    return try settings.tls.map { try ServerTLS.builder(plain, $0) } ?? plain
  }

  private static func url(_ settings: HTTPSettings, port: Int) -> String {
    var shown = settings
    shown.port = port
    return (settings.tls == nil ? "http://" : "https://") + shown.address
  }
}

/// Waits for a server on another thread to listen, or to fail.
private final class Start: Sendable {
  private let result = Mutex<Result<Int, any Error>?>(nil)
  private let known = DispatchSemaphore(value: 0)

  private struct NoPort: Error {}

  func succeed(port: Int?) { settle(port.map { .success($0) } ?? .failure(NoPort())) }
  func fail(_ error: any Error) { settle(.failure(error)) }

  private func settle(_ outcome: Result<Int, any Error>) {
    let isFirst = result.withLock { result in
      defer { result = result ?? outcome }
      return result == nil
    }
    if isFirst { known.signal() }
  }

  func wait() throws -> Int {
    known.wait()
    return try result.withLock { try $0?.get() ?? 0 }
  }
}
