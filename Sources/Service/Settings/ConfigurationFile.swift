import Catalogue
import Foundation

/// Reads the files that a configuration consists of: the YAML text, and the system's time zones.
public enum ConfigurationFile {
  /// The diagnostics of a file that is not good, or a good configuration with its warnings.
  ///
  /// - Parameters:
  ///   - path: A file, a pipe or `/dev/stdin`.
  ///   - option: What named the path, for messages.
  public static func load(
    path: String, option: String = "--config"
  ) throws -> (configuration: Configuration?, diagnostics: [Diagnostic]) {
    let bytes: [UInt8]
    do {
      bytes = try contents(path)
    } catch {
      throw ServiceFault(
        .configuration, "cannot read the configuration: \(error)",
        remedy: error.code == EISDIR
          ? "name the configuration file in it with \(option)" : "name a readable file with \(option)")
    }
    return ConfigurationLoader.load(bytes: bytes, file: path, zoneBytes: zoneBytes)
  }

  /// All bytes of what is no longer than a configuration may be, else a few more than that.
  private static func contents(_ path: String) throws(POSIXFault) -> [UInt8] {
    let descriptor = try POSIXFault.check(open(path, O_RDONLY | O_CLOEXEC), "open", path)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= ConfigurationLoader.maximumBytes {
      let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw POSIXFault(call: "read", path: path, code: errno) }
      if count == 0 { break }
      bytes.append(contentsOf: piece[..<count])
    }
    return bytes
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
