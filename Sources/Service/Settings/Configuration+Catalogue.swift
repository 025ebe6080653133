import Catalogue
import Core

extension Configuration {
  /// The catalogue that the configuration defines.
  ///
  /// - Throws: `ServiceFault` with the exit code for configurations when it does not fit together.
  func compiledCatalogue() throws(ServiceFault) -> Core.Catalogue {
    do {
      return try Core.Catalogue(catalogue)
    } catch {
      throw ServiceFault(
        .configuration, "the catalogue does not fit together: \(error)", remedy: "correct it")
    }
  }
}
