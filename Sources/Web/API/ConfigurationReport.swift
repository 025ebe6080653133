import Catalogue
import Foundation

/// A configuration with all defaults as text, without secrets.
public enum ConfigurationReport {
  /// The same document that the daemon answers with, as JSON with indentation.
  public static func json(_ configuration: Configuration) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(ConfigurationDocument(configuration)), as: UTF8.self)
  }
}
