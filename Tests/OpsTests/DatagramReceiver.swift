import Foundation
import Testing

/// A datagram socket as a service manager has it, at a path or at an abstract name.
final class DatagramReceiver {
  let address: String
  private let descriptor: Int32
  private let path: String?

  init(isAbstract: Bool) throws {
    let name = "nadi-notify-\(UUID().uuidString)"
    address = isAbstract ? "@\(name)" : NSTemporaryDirectory() + name
    path = isAbstract ? nil : address
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    try #require(descriptor >= 0)
    var socketName = sockaddr_un()
    socketName.sun_family = sa_family_t(AF_UNIX)
    let text = isAbstract ? "\0\(name)" : address
    withUnsafeMutableBytes(of: &socketName.sun_path) { $0.copyBytes(from: Array(text.utf8)) }
    let length = socklen_t(2 + text.utf8.count + (isAbstract ? 0 : 1))
    let result = withUnsafePointer(to: &socketName) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    try #require(result == 0, "bind: \(String(cString: strerror(errno)))")
  }

  deinit {
    close(descriptor)
    if let path { unlink(path) }
  }

  /// The next message as its assignments, or nil when none comes within the time.
  func next(millis: Int32 = 2_000) -> [String: String]? {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, millis) == 1 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return nil }
    var found: [String: String] = [:]
    for line in String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      found[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
    }
    return found
  }
}
