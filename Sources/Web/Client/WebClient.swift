import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Reads from a running daemon over HTTP: one connection for each request.
public struct WebClient: Sendable {
  /// What could not be had, and what to do.
  public struct Fault: Error, Sendable, CustomStringConvertible {
    public let message: String
    public let remedy: String
    public var description: String { "\(message); \(remedy)" }
  }

  private let host: String
  private let port: Int
  private let tls: NIOSSLContext?
  private let token: String?
  private let group: MultiThreadedEventLoopGroup

  private static let connectSeconds: Int64 = 5

  /// - Parameters:
  ///   - url: `http://HOST:PORT` or `https://HOST:PORT`.
  ///   - certificates: a PEM file of those to trust instead of the system's.
  public init(url: String, token: String? = nil, certificates: String? = nil) throws {
    let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
    let authority = (parts.last ?? "").prefix { $0 != "/" }
    guard parts.count == 2, parts[0] == "http" || parts[0] == "https",
      let colon = authority.lastIndex(of: ":"), let port = UInt16(authority[authority.index(after: colon)...])
    else {
      throw Fault(message: "\(url) is no address of a daemon", remedy: "write it like http://127.0.0.1:9465")
    }
    let host = authority[..<colon]
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : String(host)
    self.port = Int(port)
    self.token = token
    if parts[0] == "https" {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      if let certificates { configuration.trustRoots = .file(certificates) }
      tls = try NIOSSLContext(configuration: configuration)
    } else {
      tls = nil
    }
    group = MultiThreadedEventLoopGroup.singleton
  }

  /// Gets a document whole.
  ///
  /// - Throws: `Fault` when it cannot be had: no connection, or another status than 200.
  public func get(_ path: String) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    try await read(path) { bytes += $0 }
    return bytes
  }

  /// Reads the lines of a document as they come, until it ends.
  public func lines(_ path: String, _ body: (String) throws -> Void) async throws {
    var rest: [UInt8] = []
    try await read(path) { chunk in
      rest += chunk
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        try body(String(decoding: rest[..<end], as: UTF8.self))
        rest.removeSubrange(...end)
      }
    }
  }

  private func read(_ path: String, _ body: ([UInt8]) throws -> Void) async throws {
    let (stream, continuation) = AsyncThrowingStream<ResponseReader.Part, any Error>.makeStream()
    let channel = try await connect(ResponseReader(continuation))
    defer { channel.close(promise: nil) }
    var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path)
    head.headers.add(name: "host", value: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    head.headers.add(name: "connection", value: "close")
    if let token { head.headers.add(name: "authorization", value: "Bearer \(token)") }
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    try await channel.writeAndFlush(HTTPClientRequestPart.end(nil)).get()
    var status: UInt = 200
    var refusal: [UInt8] = []
    for try await part in stream {
      switch part {
      case .status(let code): status = code
      case .bytes(let bytes):
        if status == 200 { try body(bytes) } else { refusal += bytes }
      }
    }
    guard status == 200 else {
      throw Fault(
        message: "the daemon answers \(status): \(String(decoding: refusal, as: UTF8.self))",
        remedy: status == 401 ? "name the file of its token with --token-file" : "see its log")
    }
  }

  private func connect(_ reader: ResponseReader) async throws -> any Channel {
    let (tls, host) = (tls, host)
    let bootstrap = ClientBootstrap(group: group).connectTimeout(.seconds(Self.connectSeconds))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let tls {
            // A name is checked against the certificate; an address cannot be sent as one.
            let name = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." } ? nil : host
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
          }
          try pipeline.addHTTPClientHandlers()
          try pipeline.addHandler(reader)
        }
      }
    do {
      return try await bootstrap.connect(host: host, port: port).get()
    } catch {
      throw Fault(
        message: "no daemon answers at \(host):\(port): \(error)",
        remedy: "start it, or name its address with --url")
    }
  }
}
