#if canImport(Glibc)
  import Glibc
#endif

/// A system call that failed.
public struct POSIXFault: Error, Equatable, Sendable, CustomStringConvertible {
  public let call: String
  public let path: String
  public let code: Int32

  public var description: String { "\(call) \(path): \(String(cString: strerror(code)))" }

  /// The code's name, such as ENOSPC, for those that snapshots meet; its number for others.
  public var codeName: String {
    switch code {
    case ENOSPC: "ENOSPC"
    case EDQUOT: "EDQUOT"
    case EIO: "EIO"
    case EFBIG: "EFBIG"
    case EROFS: "EROFS"
    case EACCES: "EACCES"
    case ENOENT: "ENOENT"
    case EMFILE: "EMFILE"
    default: "E\(code)"
    }
  }

  public init(call: String, path: String, code: Int32) {
    self.call = call
    self.path = path
    self.code = code
  }

  @discardableResult
  static func check(_ result: Int32, _ call: String, _ path: String) throws(POSIXFault) -> Int32 {
    if result < 0 { throw POSIXFault(call: call, path: path, code: errno) }
    return result
  }
}
