import Foundation
import Testing

@testable import Web

/// What the OpenAPI file says.
enum Documented {
  static func document() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(PackageResources.openapi_json))
    return try #require(object as? [String: Any])
  }

  /// Everything that can be asked for, such as `GET /livez`.
  static func operations() throws -> [String] {
    let paths = try #require(document()["paths"] as? [String: [String: Any]])
    return paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } }.sorted()
  }

  /// The addresses that answer GET.
  static func paths() throws -> [String] {
    try operations().filter { $0.hasPrefix("GET ") }.map { String($0.dropFirst("GET ".count)) }
  }
}
