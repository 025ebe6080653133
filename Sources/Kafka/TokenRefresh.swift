internal import CRdKafka

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Gives librdkafka the OAUTHBEARER token that a file holds, whenever it asks for one.
///
/// The property `sasl.oauthbearer.config` names the file. The library asks on a thread of its own, so nothing here
/// touches a client of ours.
enum TokenRefresh {
  /// The file is read again well within it, so a token must be renewed in the file before it is invalid.
  private static let lifetimeMillis: Int64 = 5 * 60_000
  private static let bytesMax = 64 << 10
  /// A file that is being rewritten has this long to settle: about a second.
  private static let readingsMax = 10
  private static let pauseMicros: UInt32 = 100_000
  /// The name for the library's own messages: the brokers take it from the token.
  private static let principal = "nadi"

  private static func isUsed(_ settings: Settings) -> Bool {
    settings.contains { $0.name == "sasl.oauthbearer.config" }
  }

  /// Before the client is made.
  static func install(in configuration: OpaquePointer, _ settings: Settings) {
    guard isUsed(settings) else { return }
    rd_kafka_conf_enable_sasl_queue(configuration, 1)
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(configuration) { client, path, _ in
      guard let client, let path else { return }
      TokenRefresh.refresh(client, String(cString: path))
    }
  }

  /// After the client is made: it may have to log in before anybody polls it. Returns what is wrong, if anything.
  static func begin(_ client: OpaquePointer, _ settings: Settings) -> String? {
    guard isUsed(settings), let error = rd_kafka_sasl_background_callbacks_enable(client) else { return nil }
    defer { rd_kafka_error_destroy(error) }
    return String(cString: rd_kafka_error_string(error))
  }

  private static func refresh(_ client: OpaquePointer, _ path: String) {
    guard let token = settled({ Self.token(from: path) }) else {
      rd_kafka_oauthbearer_set_token_failure(client, "no token can be read from \(path)")
      return
    }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let expiry = Int64(now.tv_sec) * 1_000 + lifetimeMillis
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
      let code = rd_kafka_oauthbearer_set_token(
        client, token, expiry, principal, nil, 0, buffer.baseAddress, buffer.count)
      // The library's words may repeat the token.
      guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
      rd_kafka_oauthbearer_set_token_failure(client, "the token in \(path) has a form that no token has")
    }
  }

  /// The token that two readings in a row find; nil when there is none. While the file is rewritten it may be missing,
  /// hold none, or hold a part of one, which the brokers would refuse.
  static func settled(_ read: () -> String?) -> String? {
    var last: String?
    for reading in 1...readingsMax {
      let found = read()
      if let found, found == last { return found }
      last = found
      if reading < readingsMax { usleep(pauseMicros) }
    }
    return nil
  }

  private static func receive(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, from start: Int)
    -> Int
  {
    guard let base = buffer.baseAddress else { return 0 }
    return read(descriptor, base + start, buffer.count - start)
  }

  private static func token(from path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes { receive(descriptor, $0, from: count) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { return nil }
      if got == 0 { break }
      count += got
    }
    guard count <= bytesMax else { return nil }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    let token = text.split(whereSeparator: \.isWhitespace)
    return token.count == 1 ? String(token[0]) : nil
  }
}
