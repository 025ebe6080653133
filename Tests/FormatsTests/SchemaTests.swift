import Foundation
import Testing

@testable import Formats

/// The committed schemas describe what is written and what is read.
@Suite struct SchemaTests {
  static func schema(_ name: String) throws -> [String: Any] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appendingPathComponent("Sources/Formats/Schemas/\(name).schema.json")
    return try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
  }

  @Test func updateSchemaNamesEveryMemberInOrder() throws {
    let schema = try Self.schema("update")
    let properties = try #require(schema["properties"] as? [String: Any])
    let tests = try UpdateEncoderTests()
    let written = try tests.write(
      try tests.update("revenue", scope: "rep_kind"), first: "a", second: "b", currency: "MYR")
    // Late events are only spoken of where there are some.
    #expect(Set(properties.keys) == Set(written.value.keys).union(["late"]))
    #expect(Set(try #require(schema["required"] as? [String])) == Set(written.value.keys))
    for member in ["window", "prior"] {
      let inner = try #require((properties[member] as? [String: Any])?["properties"] as? [String: Any])
      #expect(Set(inner.keys) == Set(try #require(written.value[member] as? [String: Any]).keys))
    }
  }

  @Test func eventSchemaNamesTheEnvelope() throws {
    let properties = try #require(try Self.schema("event")["properties"] as? [String: Any])
    #expect(Set(properties.keys).isSuperset(of: LayoutBuilder.envelopeMembers + ["data"]))
  }
}
