import Foundation

/// The system's time zone database.
public enum ZoneRules {
  /// Where it is: `TZDIR`, or the usual folder.
  public static var directory: String {
    ProcessInfo.processInfo.environment["TZDIR"] ?? "/usr/share/zoneinfo"
  }

  /// The release of its rules, such as `2025b`, or `unknown` where the database does not say.
  ///
  /// Debian and most others install `tzdata.zi`, whose first line is `# version 2025b`; some have a file `+VERSION`.
  public static func version(directory: String = directory) -> String {
    if let line = firstLine("\(directory)/tzdata.zi"), line.hasPrefix("# version ") {
      return String(line.dropFirst("# version ".count))
    }
    if let line = firstLine("\(directory)/+VERSION"), !line.isEmpty { return line }
    return "unknown"
  }

  /// The first line of a file, of at most 64 bytes.
  private static func firstLine(_ path: String) -> String? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    guard let bytes = try? file.read(upToCount: 64), !bytes.isEmpty else { return nil }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return String(decoding: line, as: UTF8.self)
  }
}
