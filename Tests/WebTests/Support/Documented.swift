import Foundation
import Testing

@testable import Web

/// What the OpenAPI file says.
enum Documented {
  static func document() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(PackageResources.openapi_json))
    return try #require(object as? [String: Any])
  }

  static func paths() throws -> [String] {
    try #require(document()["paths"] as? [String: Any]).keys.sorted()
  }
}
