import Foundation
import Service
import Testing

struct ZoneRulesTests {
  @Test func versionIsWhatTheDatabaseSays() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
      "zones-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    #expect(ZoneRules.version(directory: directory.path) == "unknown")
    try Data("2026a\n".utf8).write(to: directory.appendingPathComponent("+VERSION"))
    #expect(ZoneRules.version(directory: directory.path) == "2026a")
    try Data("# version 2026b\n# more\n".utf8).write(to: directory.appendingPathComponent("tzdata.zi"))
    #expect(ZoneRules.version(directory: directory.path) == "2026b")
    #expect(ZoneRules.version(directory: directory.path + "/none") == "unknown")
  }
}
