import HTTPTypes
import Hummingbird

/// Stands before every route: refuses what is not allowed, and puts the headers that keep browsers safe on
/// all answers.
struct GuardMiddleware: RouterMiddleware {
  typealias Context = BasicRequestContext

  let token: AccessToken?
  /// Whether only this machine can reach the server, so that the `Host` header is the way in for a foreign
  /// page.
  let isLoopback: Bool
  let state: WebState

  static let bodyBytesMax = 64 << 10
  /// The one address that changes something: never without a token, and by POST only.
  static let reloadPath = "/api/v1/reload"
  /// Whatever says nothing about the data needs no token: probes, and the page, which asks for the token
  /// itself.
  static let openPaths: Set<String> = [
    "/", "/page.css", "/page.js", "/icon.svg", "/livez", "/readyz", "/health", "/ready",
  ]

  private static let headers: [(HTTPField.Name, String)] = [
    (
      .contentSecurityPolicy,
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    (.xContentTypeOptions, "nosniff"), (.cacheControl, "no-store"),
  ]
  private static let namedHeaders = [
    ("referrer-policy", "no-referrer"), ("x-frame-options", "DENY"),
    ("cross-origin-resource-policy", "same-origin"),
  ]

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      try check(request)
      response = try await next(request, context)
    } catch let fault as WebFault {
      response = Answer.fault(fault)
    } catch let error as HTTPError where error.status == .notFound {
      response = Answer.fault(
        WebFault(.notFound, "there is nothing at \(request.uri.path)", remedy: "see /api/v1/openapi.json"))
    }
    for (name, value) in Self.headers { response.headers[name] = value }
    for (text, value) in Self.namedHeaders {
      if let name = HTTPField.Name(text) { response.headers[name] = value }
    }
    state.countAnswer(response.status.code)
    return response
  }

  private func check(_ request: Request) throws {
    try checkMethod(request)
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.bodyBytesMax {
      throw WebFault(
        .contentTooLarge, "the body has more than \(Self.bodyBytesMax) bytes", remedy: "send none")
    }
    if token == nil, isLoopback, !Self.isLocal(request.head.authority) {
      throw WebFault(
        .misdirectedRequest, "the Host header names another machine",
        remedy: "use 127.0.0.1, [::1] or localhost")
    }
    if token == nil, request.uri.path == Self.reloadPath {
      throw WebFault(
        .forbidden, "a reload over HTTP needs a token, and none is configured",
        remedy: "configure http.token and start again, or send SIGHUP")
    }
    guard let token, !Self.openPaths.contains(request.uri.path) else { return }
    guard let given = request.headers[.authorization] else {
      throw WebFault(.unauthorized, "a token is needed", remedy: "send Authorization: Bearer and the token")
    }
    let prefix = "Bearer "
    guard given.hasPrefix(prefix), token.matches(given.dropFirst(prefix.count).utf8) else {
      throw WebFault(
        .unauthorized, "the token is not the right one", remedy: "send the one in http.token's file")
    }
  }

  private func checkMethod(_ request: Request) throws {
    if request.uri.path == Self.reloadPath {
      guard request.method != .post else { return }
      throw WebFault(
        .methodNotAllowed, "\(request.method.rawValue) is not allowed", remedy: "use POST", allow: "POST")
    }
    guard request.method != .get, request.method != .head else { return }
    throw WebFault(
      .methodNotAllowed, "\(request.method.rawValue) is not allowed",
      remedy: "nothing can be changed here; use GET", allow: "GET, HEAD")
  }

  /// Whether a page in a browser can only have come by this name from this machine.
  static func isLocal(_ authority: String?) -> Bool {
    guard let authority else { return true }
    if authority.hasPrefix("[::1]") { return true }
    let host = authority.split(separator: ":", omittingEmptySubsequences: false).first ?? ""
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return host.lowercased() == "localhost" || (parts.count == 4 && parts.allSatisfy { UInt8($0) != nil })
  }
}
