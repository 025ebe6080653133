/// Encryption of the connections to the brokers, and who the brokers and we are by certificate.
public struct KafkaTLS: Sendable, Equatable {
  /// PEM file or directory of the authorities that are believed; nil takes the system's.
  public var authorities: String?
  /// PEM file of our certificate, for brokers that ask for one.
  public var certificate: String?
  public var key: SecretSource?
  public var keyPassword: SecretSource?

  public init(
    authorities: String? = nil, certificate: String? = nil, key: SecretSource? = nil,
    keyPassword: SecretSource? = nil
  ) {
    self.authorities = authorities
    self.certificate = certificate
    self.key = key
    self.keyPassword = keyPassword
  }
}
