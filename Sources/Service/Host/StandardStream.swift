#if canImport(Glibc)
  import Glibc
#endif

/// Standard output or standard error: bytes are written at once, and what cannot be written is an error, never a
/// signal or a trap.
public struct StandardStream: Sendable {
  public static let output = StandardStream(
    descriptor: STDOUT_FILENO, name: "standard output", isPatient: true)
  public static let error = StandardStream(
    descriptor: STDERR_FILENO, name: "standard error", isPatient: false)

  let descriptor: Int32
  let name: String
  /// Whether it waits for a slow reader where the descriptor does not.
  let isPatient: Bool

  /// Makes the streams of this process safe to use; to be called before anything else is opened.
  ///
  /// A pipe without a reader must not end the process by a signal. A stream that was closed by whoever started the
  /// process is held open the wrong way round, so that using it fails and no file of ours gets its number.
  public static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      let held = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
      precondition(held == descriptor, "the lowest free descriptor is the one that is closed")
    }
  }

  /// Writes a line to standard error.
  ///
  /// - Returns: whether it could be written. There is nowhere else to say it, and nobody is to wait for it.
  @discardableResult
  public static func say(_ line: String) -> Bool {
    do throws(POSIXFault) {
      try error.write(line + "\n")
      return true
    } catch {
      return false
    }
  }

  /// Writes all of the text.
  public func write(_ text: String) throws(POSIXFault) {
    try Array(text.utf8).span.bytes.withUnsafeBytes { (all) throws(POSIXFault) in try write(all) }
  }

  /// Writes all of the bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(POSIXFault) {
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        written += count
      } else if errno == EAGAIN, isPatient {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&waiting, 1, -1)
      } else if errno != EINTR {
        throw POSIXFault(call: "write", path: name, code: errno)
      }
    }
  }
}
