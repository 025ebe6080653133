import Core

/// Where health, metrics and queries are answered, and to whom.
public struct HTTPSettings: Sendable, Equatable {
  /// PEM files of the server.
  public struct TLS: Sendable, Equatable {
    /// The certificate, followed by those between it and the root.
    public var certificate: String
    public var key: SecretSource

    public init(certificate: String, key: SecretSource) {
      self.certificate = certificate
      self.key = key
    }
  }

  public var isEnabled: Bool
  /// An address, without brackets if it is IPv6, or `localhost`.
  public var host: String
  /// 0 takes any free one.
  public var port: Int
  /// What clients must present as a bearer token; nil asks for none.
  public var token: SecretSource?
  public var tls: TLS?
  /// Records waiting, in all partitions together, up to which the daemon calls itself ready.
  public var readyLagMax: Int
  /// For how long the processing loop may stand still before the daemon calls itself dead, in milliseconds.
  public var stallMillis: Int64
  /// Memory for the last committed updates, in bytes.
  public var viewBytes: Int

  public init(
    isEnabled: Bool = true, host: String = "127.0.0.1", port: Int = 9465, token: SecretSource? = nil,
    tls: TLS? = nil, readyLagMax: Int = 100_000, stallMillis: Int64 = 30 * Millis.second,
    viewBytes: Int = 64 << 20
  ) {
    self.isEnabled = isEnabled
    self.host = host
    self.port = port
    self.token = token
    self.tls = tls
    self.readyLagMax = readyLagMax
    self.stallMillis = stallMillis
    self.viewBytes = viewBytes
  }

  /// Whether only this machine can reach the address.
  public var isLoopback: Bool { Self.isLoopback(host) }

  /// Whether nobody can reach the address who should not: it is loopback, or token and TLS are configured.
  public var isGuarded: Bool { isLoopback || (token != nil && tls != nil) }

  /// As in a URL: IPv6 in brackets.
  public var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
