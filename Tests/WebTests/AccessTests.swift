import Catalogue
import Foundation
import Testing

@testable import Service
@testable import Web

@Suite struct AccessTests {
  private static let secret = "0123456789abcdef-canary"

  private func tokenFile(_ text: String = secret + "\n") throws -> (TemporaryFile, SecretSource) {
    let file = try TemporaryFile(text)
    return (file, .file(file.path))
  }

  @Test func addressesBeyondThisMachineNeedTokenAndTLS() async throws {
    let (file, source) = try tokenFile()
    defer { withExtendedLifetime(file) {} }
    let tls = HTTPSettings.TLS(certificate: "/nowhere/server.pem", key: .file("/nowhere/server.key"))
    for host in ["0.0.0.0", "::", "192.0.2.1", "example.org"] {
      for (token, tls) in [(nil, nil), (source, nil), (nil, tls)]
        as [(SecretSource?, HTTPSettings.TLS?)]
      {
        let settings = HTTPSettings(host: host, port: 0, token: token, tls: tls)
        let fault = await #expect(throws: ServiceFault.self) {
          try await TestServer.start(TestServer.configuration(settings))
        }
        #expect(fault?.code == .configuration)
        #expect(fault?.message.contains("other machines") == true)
      }
    }
  }

  @Test(arguments: ["127.0.0.1", "127.9.9.9", "localhost", "::1"])
  func loopbackNeedsNone(_ host: String) { #expect(HTTPSettings(host: host).isGuarded) }

  @Test(arguments: [
    "127.0.0.1.example.org", "128.0.0.1", "127.0.0", "127.0.0.256", "0.0.0.0", "::", "::2", "",
  ])
  func othersAreNotLoopback(_ host: String) { #expect(!HTTPSettings(host: host).isLoopback) }

  @Test func aTokenGuardsEverythingWithData() async throws {
    let (file, source) = try tokenFile()
    defer { withExtendedLifetime(file) {} }
    let configuration = TestServer.configuration(HTTPSettings(port: 0, token: source))
    let stranger = try await TestServer.start(configuration)
    let friend = try await TestServer.start(configuration, token: Self.secret)
    for path in try Documented.paths() {
      let isOpen = GuardMiddleware.openPaths.contains(path)
      let answer = try await stranger.answer(path, method: path.hasSuffix("stream") ? .HEAD : .GET)
      #expect((answer.status == 401) == !isOpen, "\(path)")
      if !isOpen { #expect(answer.headers["www-authenticate"] == ["Bearer realm=\"nadi\""]) }
      let allowed = try await friend.answer(path, method: path.hasSuffix("stream") ? .HEAD : .GET)
      #expect(allowed.status != 401, "\(path)")
    }
    for wrong in ["Bearer \(Self.secret)x", "Bearer ", "Basic \(Self.secret)", Self.secret] {
      let answer = try await stranger.answer("/metrics", headers: [("authorization", wrong)])
      #expect(answer.status == 401)
    }
    #expect(
      try await stranger.answer("/metrics", headers: [("authorization", "Bearer \(Self.secret)")]).status
        == 200)
  }

  @Test func badTokenFilesAreSaid() async throws {
    let (file, source) = try tokenFile("short")
    defer { withExtendedLifetime(file) {} }
    for source in [source, .file("/nowhere/token"), .credential("nadi-no-such-credential")] {
      let settings = HTTPSettings(port: 0, token: source)
      let fault = await #expect(throws: ServiceFault.self) {
        try await TestServer.start(TestServer.configuration(settings))
      }
      #expect(fault?.code == .configuration)
      #expect(fault?.message.contains("short\"") == false)
    }
  }

  @Test func anAddressInUseIsSaid() async throws {
    let first = try await TestServer.start()
    let settings = HTTPSettings(port: first.port)
    let fault = await #expect(throws: ServiceFault.self) {
      try await TestServer.start(TestServer.configuration(settings))
    }
    #expect(fault?.code == .unavailable)
    #expect(fault?.message.contains("127.0.0.1:\(first.port)") == true)
  }

  @Test func pagesOfOtherSitesCannotComeIn() async throws {
    let server = try await TestServer.start()
    for host in ["evil.example", "evil.example:9465", "127.0.0.1.evil.example", "localhost.evil.example"] {
      #expect(try await server.answer("/api/v1/state", headers: [("host", host)]).status == 421, "\(host)")
    }
    for host in ["127.0.0.1", "localhost:\(server.port)", "[::1]:1", "LOCALHOST"] {
      #expect(try await server.answer("/api/v1/state", headers: [("host", host)]).status == 200, "\(host)")
    }
  }

  #if TLS
    @Test func tlsAndTokenTogetherOpenOtherAddresses() async throws {
      let directory = try Certificates()
      let (file, source) = try tokenFile()
      defer { withExtendedLifetime(file) {} }
      let tls = HTTPSettings.TLS(certificate: directory.certificate, key: .file(directory.key))
      let settings = HTTPSettings(host: "0.0.0.0", port: 0, token: source, tls: tls)
      let server = try await TestServer.start(TestServer.configuration(settings))
      #expect(server.server.url.hasPrefix("https://0.0.0.0:"))
      let url = "https://127.0.0.1:\(server.port)"
      let trusting = try WebClient(url: url, token: Self.secret, certificates: directory.certificate)
      #expect(try await trusting.answer("/metrics").status == 200)
      #expect(
        try await WebClient(url: url, certificates: directory.certificate).answer("/metrics").status == 401)
      await #expect(throws: (any Error).self) {
        try await WebClient(url: url, token: Self.secret).answer("/metrics")
      }
      let plain = try WebClient(url: "http://127.0.0.1:\(server.port)", token: Self.secret)
      await #expect(throws: (any Error).self) { try await plain.answer("/metrics") }
    }
  #else
    @Test func withoutTLSOtherAddressesAreRefused() async throws {
      let (file, source) = try tokenFile()
      defer { withExtendedLifetime(file) {} }
      let tls = HTTPSettings.TLS(certificate: file.path, key: .file(file.path))
      let settings = HTTPSettings(host: "0.0.0.0", port: 0, token: source, tls: tls)
      let fault = await #expect(throws: ServiceFault.self) {
        try await TestServer.start(TestServer.configuration(settings))
      }
      #expect(fault?.code == .configuration)
      #expect(fault?.message.contains("built without TLS") == true)
      #expect(throws: WebClient.Fault.self) { try WebClient(url: "https://127.0.0.1:1") }
    }
  #endif

  @Test func nothingTellsASecret() async throws {
    let (file, source) = try tokenFile()
    defer { withExtendedLifetime(file) {} }
    var configuration = TestServer.configuration(HTTPSettings(port: 0, token: source))
    let secrets = [
      "sasl.password", "ssl.key.password", "ssl.key.pem", "sasl.oauthbearer.config", "ssl.keystore.password",
      "sasl.username", "something.new",
    ]
    for name in secrets { configuration.kafka.properties[name] = "canary-of-\(name)" }
    configuration.kafka.properties["session.timeout.ms"] = "6000"
    let server = try await TestServer.start(configuration, token: Self.secret)
    server.show(TestServer.runningStatus())
    for path in try Documented.paths() where !path.hasSuffix("stream") {
      let answer = try await server.answer(path)
      #expect(!answer.text.contains("canary"), "\(path)")
      #expect(!answer.headers.description.contains("canary"))
    }
    let document = try await server.json("/api/v1/configuration")
    let properties = (document["kafka"] as? [String: Any])?["properties"] as? [String: String]
    #expect(properties?["session.timeout.ms"] == "6000")
    for name in secrets { #expect(properties?[name] == "***") }
  }
}
