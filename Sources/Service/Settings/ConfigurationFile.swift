import Catalogue
import Foundation

/// Reads the files that a configuration consists of: the YAML text, and the system's time zones.
public enum ConfigurationFile {
  /// The diagnostics of a file that is not good, or a good configuration with its warnings.
  public static func load(path: String) throws -> (configuration: Configuration?, diagnostics: [Diagnostic]) {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      throw ServiceFault(
        .configuration, "\(path) is a directory", remedy: "name the configuration file in it with --config")
    }
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ServiceFault(
        .configuration, "cannot read the configuration \(path): \(error.localizedDescription)",
        remedy: "name a readable file with --config")
    }
    guard let yaml = String(data: bytes, encoding: .utf8) else {
      throw ServiceFault(
        .configuration, "the configuration \(path) is not UTF-8", remedy: "save it as UTF-8")
    }
    return ConfigurationLoader.load(yaml: yaml, file: path, zoneBytes: zoneBytes)
  }

  /// The TZif bytes of an IANA zone from the system's database, or nil.
  public static func zoneBytes(_ name: String) -> [UInt8]? {
    let isSafe = name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "/") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "+")
        || byte == UInt8(ascii: "-") || (48...57).contains(byte) || (65...90).contains(byte)
        || (97...122).contains(byte)
    }
    guard isSafe, !name.isEmpty, !name.hasPrefix("/") else { return nil }
    return (try? Data(contentsOf: URL(fileURLWithPath: "\(ZoneRules.directory)/\(name)"))).map { Array($0) }
  }
}
