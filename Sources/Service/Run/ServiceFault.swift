/// Why the program stops, with its exit code (sysexits.h) and what to do.
public struct ServiceFault: Error, Sendable, CustomStringConvertible {
  public enum Code: Int32, Sendable {
    case usage = 64
    /// The state cannot be rebuilt from what there is.
    case dataError = 65
    case unavailable = 69
    case internalError = 70
    case cannotCreate = 73
    case inputOutput = 74
    /// Fenced, or a fatal Kafka error: start again.
    case temporaryFailure = 75
    case noPermission = 77
    case configuration = 78
  }

  public let code: Code
  public let message: String
  public let remedy: String

  public init(_ code: Code, _ message: String, remedy: String) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }

  public var description: String { "\(message); \(remedy)" }
}
