import Core

extension SettingsReader {
  private static let httpKeys = [
    "enabled", "address", "token", "tls", "ready_lag", "stall", "view",
  ]

  /// Reads the section about health, metrics and queries.
  func http(_ node: ConfigurationNode?) -> HTTPSettings {
    var settings = HTTPSettings()
    guard let members = node?.members(Self.httpKeys) else { return settings }
    if let isEnabled = members["enabled"]?.boolean() { settings.isEnabled = isEnabled }
    if let address = members["address"].flatMap({ self.address($0) }) {
      (settings.host, settings.port) = address
    }
    settings.token = members["token"].flatMap { secret($0, "http.token") }
    settings.tls = members["tls"].flatMap { tls($0) }
    if let lag = members["ready_lag"]?.integer(in: 0...1_000_000_000_000) { settings.readyLagMax = lag }
    if let stall = members["stall"]?.durationMillis(in: Millis.second...Millis.hour) {
      settings.stallMillis = stall
    }
    if let bytes = members["view"]?.bytes(in: (1 << 20)...(16 << 30)) { settings.viewBytes = bytes }
    if let address = members["address"], settings.isEnabled, !settings.isLoopback {
      if members["token"] == nil || members["tls"] == nil {
        address.error(
          "\(settings.address) can be reached from other machines, but http.token or http.tls is missing",
          "configure both, or listen on 127.0.0.1")
      }
    }
    return settings
  }

  private func address(_ node: ConfigurationNode) -> (host: String, port: Int)? {
    guard let text = node.nonEmptyString() else { return nil }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
      node.error(
        "\"\(text)\" is no address", "write host:port, such as 127.0.0.1:9465; port 0 is any free one")
      return nil
    }
    var host = text[..<colon]
    if host.first == "[", host.last == "]" {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      node.error("\"\(text)\" is no address", "write an IPv6 address in brackets, such as [::1]:9465")
      return nil
    }
    guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else {
      node.error(
        "\"\(text)\" is no address", "write host:port, such as 127.0.0.1:9465; port 0 is any free one")
      return nil
    }
    return (String(host), Int(port))
  }

  private func tls(_ node: ConfigurationNode) -> HTTPSettings.TLS? {
    guard let members = node.members(["certificate", "key"]) else { return nil }
    guard let certificate = members["certificate"], let key = members["key"] else {
      node.error(
        "http.tls needs a certificate and a key",
        "write { certificate: /etc/nadi/server.pem, key: { file: /etc/nadi/server.key } }")
      return nil
    }
    let path = certificate.nonEmptyString()
    let source = secret(key, "http.tls.key")
    guard let path, let source else { return nil }
    return HTTPSettings.TLS(certificate: path, key: source)
  }
}
