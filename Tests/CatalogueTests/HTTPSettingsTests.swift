import Catalogue
import Testing

struct HTTPSettingsTests {
  private func http(_ text: String) -> HTTPSettings? {
    Files.load("kafka: { brokers: x }\ninput: { topics: [a] }\n" + text).0?.http
  }

  @Test func theDefaultIsLoopback() {
    #expect(http("") == HTTPSettings())
    #expect(HTTPSettings().address == "127.0.0.1:9465")
    #expect(HTTPSettings().isLoopback && HTTPSettings().isEnabled)
  }

  @Test func everySettingIsRead() throws {
    let settings = try #require(Files.load(try Files.text("good", "http.yml")).0?.http)
    #expect(settings.address == "[::]:0")
    #expect(settings.token == .credential("http-token"))
    let key = SecretSource.file("/etc/nadi/server.key")
    #expect(settings.tls == HTTPSettings.TLS(certificate: "/etc/nadi/server.pem", key: key))
    #expect((settings.readyLagMax, settings.stallMillis, settings.viewBytes) == (5_000, 60_000, 1 << 30))
    #expect(settings.isGuarded && !settings.isLoopback)
  }

  @Test func whatIsOffNeedsNoGuard() {
    #expect(http("http: { enabled: false, address: 0.0.0.0:9465 }")?.isEnabled == false)
    #expect(http("http: { enabled: true, address: 0.0.0.0:9465 }") == nil)
  }

  @Test func aSecretInTheFileIsNotRepeated() {
    let yaml = "kafka: { brokers: x }\ninput: { topics: [a] }\nhttp: { token: canary-0123456789 }\n"
    let (configuration, diagnostics) = Files.load(yaml)
    #expect(configuration == nil)
    #expect(!diagnostics.isEmpty && !diagnostics.contains { $0.text(file: "x").contains("canary") })
  }
}
