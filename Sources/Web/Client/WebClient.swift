import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a running daemon over HTTP: one connection for each request.
public struct WebClient: Sendable {
  /// What could not be had, and what to do.
  public struct Fault: Error, Sendable, CustomStringConvertible {
    public let message: String
    public let remedy: String
    public var description: String { "\(message); \(remedy)" }
  }

  private let host: String
  private let port: Int
  private let tls: ClientTLS?
  private let token: String?

  private static let connectSeconds: Int64 = 5
  private static let answerSeconds: Int64 = 15

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
    tls = parts[0] == "https" ? try ClientTLS(certificates: certificates) : nil
  }

  /// What was answered to one request.
  public struct Answer: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    public var bytes: [UInt8]
    public var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// Gets a document whole.
  ///
  /// - Throws: `Fault` when it cannot be had: no connection, or another status than 200.
  public func get(_ path: String) async throws -> [UInt8] {
    let answer = try await answer(path)
    guard answer.status == 200 else { throw refusal(answer) }
    return answer.bytes
  }

  /// The answer to one request, whatever its status.
  public func answer(
    _ path: String, method: HTTPMethod = .GET, headers: [(String, String)] = []
  ) async throws -> Answer {
    var answer = Answer(status: 0, headers: HTTPHeaders(), bytes: [])
    try await send(path, method, headers, timeout: .seconds(Self.answerSeconds)) { part in
      switch part {
      case .head(let head): (answer.status, answer.headers) = (Int(head.status.code), head.headers)
      case .bytes(let bytes): answer.bytes += bytes
      }
    }
    return answer
  }

  /// Reads the lines of a document as they come, until it ends.
  ///
  /// - Throws: `Fault` as `get` does, and what `body` throws, which ends the reading.
  public func lines(_ path: String, _ body: (String) throws -> Void) async throws {
    var answer = Answer(status: 0, headers: HTTPHeaders(), bytes: [])
    try await send(path, .GET, [], timeout: nil) { part in
      switch part {
      case .head(let head): answer.status = Int(head.status.code)
      case .bytes(let bytes):
        answer.bytes += bytes
        while answer.status == 200, let end = answer.bytes.firstIndex(of: UInt8(ascii: "\n")) {
          try body(String(decoding: answer.bytes[..<end], as: UTF8.self))
          answer.bytes.removeSubrange(...end)
        }
      }
    }
    guard answer.status == 200 else { throw refusal(answer) }
  }

  private func refusal(_ answer: Answer) -> Fault {
    Fault(
      message: "the daemon answers \(answer.status): \(answer.text)",
      remedy: Self.remedy(answer.status))
  }

  private static func remedy(_ status: Int) -> String {
    switch status {
    case 401: "name the file of its token with --token-file"
    // The answer says what is wrong with what was asked for.
    case 400..<500: "ask for something else"
    default: "see its log"
    }
  }

  private func send(
    _ path: String, _ method: HTTPMethod, _ headers: [(String, String)], timeout: TimeAmount?,
    _ body: (ResponseReader.Part) throws -> Void
  ) async throws {
    let (stream, continuation) = AsyncThrowingStream<ResponseReader.Part, any Error>.makeStream()
    let channel = try await connect(ResponseReader(continuation))
    defer { channel.close(promise: nil) }
    var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
    head.headers.add(name: "host", value: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    head.headers.add(name: "connection", value: "close")
    if let token { head.headers.add(name: "authorization", value: "Bearer \(token)") }
    for (name, value) in headers { head.headers.replaceOrAdd(name: name, value: value) }
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    try await channel.writeAndFlush(HTTPClientRequestPart.end(nil)).get()
    let timer = timeout.map { time in
      channel.eventLoop.scheduleTask(in: time) {
        continuation.finish(
          throwing: Fault(message: "the daemon does not answer", remedy: "see whether it is overloaded"))
      }
    }
    defer { timer?.cancel() }
    do {
      for try await part in stream { try body(part) }
    } catch let ended as ResponseReader.Ended {
      throw Fault(message: ended.description, remedy: "see its log")
    }
  }

  private func connect(_ reader: ResponseReader) async throws -> any Channel {
    let (tls, host) = (tls, host)
    let bootstrap = ClientBootstrap(group: EventLoops.shared).connectTimeout(.seconds(Self.connectSeconds))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let tls { try pipeline.addHandler(tls.handler(host: host)) }
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
