/// One setting that differs between two configurations.
public struct SettingChange: Sendable, Equatable {
  /// Where it is in the file, such as `emit.interval`.
  public let path: String
  /// Whether a running daemon can take it; otherwise it must be started again.
  public let isReloadable: Bool

  public init(path: String, isReloadable: Bool) {
    self.path = path
    self.isReloadable = isReloadable
  }

  /// The change as a line for an operator.
  public var text: String { isReloadable ? "~ \(path) changed" : "! \(path) changed: restart needed" }
}
