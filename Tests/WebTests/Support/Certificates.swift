import Foundation
import Testing

/// A file that goes with its owner.
final class TemporaryFile {
  let path: String

  init(_ text: String) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("nadi-web-\(UUID())").path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

#if TLS
  /// A key and a certificate for 127.0.0.1, made by openssl for one test.
  final class Certificates {
    private let directory: String
    var certificate: String { "\(directory)/server.pem" }
    var key: String { "\(directory)/server.key" }

    init() throws {
      directory = FileManager.default.temporaryDirectory.appendingPathComponent("nadi-web-\(UUID())").path
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
      process.arguments = [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=nadi test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key,
        "-out",
        certificate,
      ]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "openssl could not make a certificate")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
  }
#endif
