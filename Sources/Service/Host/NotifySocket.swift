#if canImport(Glibc)
  import Glibc
#endif

/// Sends datagrams to the socket that a service manager names in `NOTIFY_SOCKET`.
public final class NotifySocket: Sendable {
  private let descriptor: Int32
  private let address: [UInt8]

  /// Why the service manager cannot be told anything.
  public struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// Opens a socket for an address: an absolute path, or `@` and a name without a file (abstract).
  ///
  /// - Throws: `Fault` for another form, a length that no address has, or when no socket can be had.
  public init(_ address: String) throws(Fault) {
    var bytes = Array(address.utf8)
    guard let first = bytes.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), bytes.count > 1
    else {
      throw Fault(description: "\(address) is no address of a socket: it begins with neither / nor @")
    }
    if first == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
    guard bytes.count <= MemoryLayout.size(ofValue: sockaddr_un().sun_path) else {
      throw Fault(description: "\(address) is too long for the address of a socket")
    }
    self.address = bytes
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Fault(description: "no socket: \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  /// Sends one message of assignments, one a line; returns 0, or the error number when nobody takes it.
  ///
  /// It never waits: a service manager that does not read loses the message, not the time of the caller.
  public func send(_ message: String) -> Int32 {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address) }
    let length = socklen_t(offset + address.count)
    let payload = Array(message.utf8)
    let sent = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(
          descriptor, payload, payload.count, Int32(Int(MSG_NOSIGNAL) | Int(MSG_DONTWAIT)), $0, length
        )
      }
    }
    return sent < 0 ? errno : 0
  }
}
