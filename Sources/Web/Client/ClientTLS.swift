import NIOCore

#if TLS
  import NIOSSL
#endif

/// TLS of a client, in programs that are built with it.
struct ClientTLS: Sendable {
  #if TLS
    private let context: NIOSSLContext

    /// - Parameter certificates: a PEM file of those to trust instead of the system's.
    init(certificates: String?) throws {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      if let certificates { configuration.trustRoots = .file(certificates) }
      context = try NIOSSLContext(configuration: configuration)
    }

    func handler(host: String) throws -> any ChannelHandler {
      // A name is checked against the certificate; an address cannot be sent as one.
      let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
      return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }
  #else
    private let impossible: Never

    /// - Throws: always, because the program is built without TLS.
    init(certificates: String?) throws {
      throw WebClient.Fault(
        message: "https is asked for, but this program is built without TLS",
        remedy: "build it with swift build --traits TLS")
    }

    func handler(host: String) -> any ChannelHandler { switch impossible {} }
  #endif
}
