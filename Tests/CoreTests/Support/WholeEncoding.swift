@testable import Core

extension Ledger {
  /// The state told by its difference to the base, at once.
  func encodeChanges(isRelative: Bool, asBase newBase: UInt64?) -> StateChanges {
    beginEncoding(isRelative: isRelative, asBase: newBase)
    guard let changes = continueEncoding(bytes: .max) else { fatalError("all of it was asked for") }
    return changes
  }
}
