/// What in a mapping does not fit the catalogue.
public struct FormatFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong, and what to write instead.
  public let description: String

  init(_ description: String) { self.description = description }
}
