/// Who we are to the brokers, by name and secret.
public struct KafkaSASL: Sendable, Equatable {
  public enum Mechanism: String, Sendable, CaseIterable {
    /// Sends the password itself, so it needs TLS.
    case plain = "PLAIN"
    case scramSHA256 = "SCRAM-SHA-256"
    case scramSHA512 = "SCRAM-SHA-512"
    /// Sends a token that somebody else issued, so it needs TLS.
    case oauthBearer = "OAUTHBEARER"

    /// Whether what is sent could be used by whoever sees it.
    var needsTLS: Bool { self == .plain || self == .oauthBearer }
    public var isSCRAM: Bool { self == .scramSHA256 || self == .scramSHA512 }
  }

  public var mechanism: Mechanism
  /// Nil for OAUTHBEARER, whose token has it.
  public var username: String?
  public var password: SecretSource?
  public var token: SecretSource?

  public init(
    mechanism: Mechanism, username: String? = nil, password: SecretSource? = nil, token: SecretSource? = nil
  ) {
    self.mechanism = mechanism
    self.username = username
    self.password = password
    self.token = token
  }
}
