import Catalogue
import Foundation

/// A configuration with all defaults as text, without secrets.
public enum ConfigurationReport {
  /// The settings as the daemon answers with them, and its catalogue beside them.
  private struct Document: Encodable {
    var settings: ConfigurationDocument
    var catalogue: CatalogueDocument

    private enum CodingKeys: CodingKey { case catalogue }

    func encode(to encoder: any Encoder) throws {
      try settings.encode(to: encoder)
      var members = encoder.container(keyedBy: CodingKeys.self)
      try members.encode(catalogue, forKey: .catalogue)
    }
  }

  /// The same documents that the daemon answers with, in one, as JSON with indentation.
  public static func json(_ configuration: Configuration) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let document = Document(
      settings: ConfigurationDocument(configuration), catalogue: CatalogueDocument(configuration.catalogue))
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }
}
