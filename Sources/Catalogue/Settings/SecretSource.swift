/// Where a secret is read from; it is never written in the configuration itself.
public enum SecretSource: Sendable, Equatable {
  case file(String)
  /// A file of this name in the directory that `CREDENTIALS_DIRECTORY` names, as systemd provides it.
  case credential(String)
}
