import Catalogue
import Foundation

/// Reads secrets from where the configuration says they are.
public enum SecretFile {
  /// Longer files are not secrets.
  private static let bytesMax = 64 << 10

  /// The path of a secret.
  ///
  /// - Throws: `ServiceFault` when it is a credential and no service manager has provided any.
  public static func path(_ source: SecretSource) throws -> String {
    switch source {
    case .file(let path): return path
    case .credential(let name):
      guard let directory = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] else {
        throw ServiceFault(
          .configuration, "the credential \(name) is not there: CREDENTIALS_DIRECTORY is not set",
          remedy: "start it under systemd with LoadCredential=\(name):PATH, or use { file: PATH }")
      }
      return "\(directory)/\(name)"
    }
  }

  /// A secret without the line's end.
  ///
  /// - Throws: `ServiceFault` that names the file and never what is in it.
  public static func secret(_ source: SecretSource, what: String) throws -> Secret {
    let path = try path(source)
    guard let data = FileManager.default.contents(atPath: path), data.count <= bytesMax else {
      throw ServiceFault(
        .configuration, "cannot read \(what) from \(path)", remedy: "let this user read the file")
    }
    return Secret(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
