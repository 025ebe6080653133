import Foundation
import Hummingbird

/// Makes responses.
enum Answer {
  private static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    json(bytes: Array(try encoder.encode(value)), status: status)
  }

  static func json(bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
    self.bytes(bytes, type: "application/json", status: status)
  }

  static func text(
    _ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok
  )
    -> Response
  {
    bytes(Array(text.utf8), type: type, status: status)
  }

  static func bytes(_ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// What went wrong, and what to do.
  static func fault(_ fault: WebFault) -> Response {
    let members = ["error": fault.message, "remedy": fault.remedy]
    let bytes = (try? encoder.encode(members)).map(Array.init) ?? Array("{}".utf8)
    var response = json(bytes: bytes, status: fault.status)
    if fault.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer realm=\"nadi\"" }
    if let allow = fault.allow { response.headers[.allow] = allow }
    return response
  }
}

/// A request that is not answered as asked: the status, what is wrong, and what to do.
struct WebFault: Error, Equatable {
  let status: HTTPResponse.Status
  let message: String
  let remedy: String
  /// The methods that are allowed when the one that was used is not.
  let allow: String?

  init(_ status: HTTPResponse.Status, _ message: String, remedy: String, allow: String? = nil) {
    self.status = status
    self.message = message
    self.remedy = remedy
    self.allow = allow
  }
}
