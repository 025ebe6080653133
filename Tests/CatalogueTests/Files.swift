import Catalogue
import Foundation

/// The pairs of a configuration and the diagnostics that it must give, beside the tests.
enum Files {
  static func names(_ folder: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
    return all.filter { $0.hasSuffix(".yml") }.sorted()
  }

  static func text(_ folder: String, _ name: String) throws -> String {
    try String(contentsOfFile: path(folder) + "/" + name, encoding: .utf8)
  }

  /// The expected diagnostics, one a line; a file without a table gives none.
  static func expected(_ folder: String, _ name: String) throws -> [String] {
    let table = name.replacing(".yml", with: ".txt")
    guard FileManager.default.fileExists(atPath: path(folder) + "/" + table) else { return [] }
    return try text(folder, table).split(separator: "\n").map(String.init)
  }

  static func load(_ yaml: String, file: String = "nadi.yaml") -> (Configuration?, [Diagnostic]) {
    ConfigurationLoader.load(yaml: yaml, file: file) { zone in
      FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(zone)").map { [UInt8]($0) }
    }
  }

  private static func path(_ folder: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: folder).path()
  }
}
