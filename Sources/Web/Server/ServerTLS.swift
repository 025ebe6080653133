import Catalogue
import HummingbirdCore
import Service

#if TLS
  import HummingbirdTLS
  import NIOSSL
#endif

/// Puts TLS under a server, in programs that are built with it.
public enum ServerTLS {
  #if !TLS
    /// What is wrong with `http.tls` in a program that is built without TLS.
    public static let absence = ServiceFault(
      .configuration, "http.tls is configured, but this program is built without TLS",
      remedy: "build it with swift build --traits TLS, or let a proxy with TLS ask 127.0.0.1")
  #endif

  /// - Throws: `ServiceFault` with code 78 when the files cannot be used, or the program is built without TLS.
  static func builder(_ plain: HTTPServerBuilder, _ tls: HTTPSettings.TLS) throws -> HTTPServerBuilder {
    #if TLS
      do {
        let key = try NIOSSLPrivateKey(file: try SecretFile.path(tls.key), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
          certificateChain: try NIOSSLCertificate.fromPEMFile(tls.certificate).map { .certificate($0) },
          privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        return try .tls(plain, tlsConfiguration: configuration)
      } catch let fault as ServiceFault {
        throw fault
      } catch {
        throw ServiceFault(
          .configuration, "http.tls cannot be used: \(error)",
          remedy: "name a certificate and its key, both PEM files that this user can read")
      }
    #else
      throw absence
    #endif
  }
}
