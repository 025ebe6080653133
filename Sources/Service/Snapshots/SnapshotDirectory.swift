import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// The directory that holds a process's snapshots: written atomically, the newest few kept, locked against a second
/// process.
public final class SnapshotDirectory: @unchecked Sendable {
  // Unchecked: after `lock` only the one thread that writes snapshots uses it.
  public let path: String
  private let kept: Int
  private var lockDescriptor: Int32 = -1

  public init(path: String, kept: Int) {
    self.path = path
    self.kept = kept
  }

  deinit {
    if lockDescriptor >= 0 { Glibc.close(lockDescriptor) }
  }

  /// Creates the directory if need be and takes its lock.
  ///
  /// - Throws: `ServiceFault` with exit code 73 or 74 when it cannot be used, or another process uses it.
  public func lock() throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw ServiceFault(
        .cannotCreate, "cannot create the state directory \(path): \(error.localizedDescription)",
        remedy: "create it and let this user write to it, or set state.directory")
    }
    let descriptor = open("\(path)/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw ServiceFault(
        .cannotCreate, "cannot open \(path)/lock: \(String(cString: strerror(errno)))",
        remedy: "let this user write to the state directory")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      Glibc.close(descriptor)
      throw ServiceFault(
        .temporaryFailure, "another process uses the state directory \(path)",
        remedy: "stop it, or give each process a state.directory of its own")
    }
    lockDescriptor = descriptor
    for name in names() where name.hasSuffix(".tmp") { unlink("\(path)/\(name)") }
  }

  private func names() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// Snapshot files, newest first.
  public func files() -> [String] {
    names().filter { $0.hasPrefix("snapshot-") && $0.hasSuffix(".nadi") }.reversed()
  }

  static func name(sequence: UInt64) -> String {
    let digits = String(sequence)
    return "snapshot-" + String(repeating: "0", count: max(0, 20 - digits.count)) + digits + ".nadi"
  }

  /// Reads one file.
  public func read(_ name: String) throws -> SnapshotFile {
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
    } catch {
      throw SnapshotFile.Fault("it cannot be read: \(error.localizedDescription)")
    }
    return try SnapshotFile(decoding: bytes)
  }

  /// Puts a damaged file out of the way, under a name that is never loaded.
  public func setAside(_ name: String) {
    rename("\(path)/\(name)", "\(path)/\(name).damaged")
  }

  /// Writes a snapshot: to a temporary name, synced, renamed, the directory synced; then removes the oldest ones.
  ///
  /// - Throws: `POSIXFault` naming the call that failed; the snapshots before are untouched.
  public func write(_ file: SnapshotFile) throws(POSIXFault) {
    let final = "\(path)/\(Self.name(sequence: file.sequence))"
    let temporary = final + ".tmp"
    let bytes = file.encoded()
    do {
      try writeWhole(bytes, to: temporary)
    } catch {
      unlink(temporary)
      throw error
    }
    try POSIXFault.check(rename(temporary, final), "rename", final)
    try syncDirectory()
    for old in files().dropFirst(kept) { unlink("\(path)/\(old)") }
  }

  private func writeWhole(_ bytes: [UInt8], to temporary: String) throws(POSIXFault) {
    let descriptor = open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
    try POSIXFault.check(descriptor, "open", temporary)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 {
        let fault = POSIXFault(call: "write", path: temporary, code: errno)
        Glibc.close(descriptor)
        throw fault
      }
      written += count
    }
    let syncResult = fsync(descriptor)
    let syncCode = errno
    let closeResult = Glibc.close(descriptor)
    // A failed sync is not tried again on the same descriptor: the kernel may have dropped the pages.
    if syncResult != 0 { throw POSIXFault(call: "fsync", path: temporary, code: syncCode) }
    try POSIXFault.check(closeResult, "close", temporary)
  }

  private func syncDirectory() throws(POSIXFault) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    try POSIXFault.check(descriptor, "open", path)
    let result = fsync(descriptor)
    let code = errno
    Glibc.close(descriptor)
    if result != 0 { throw POSIXFault(call: "fsync", path: path, code: code) }
  }
}

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

  static func check(_ result: Int32, _ call: String, _ path: String) throws(POSIXFault) {
    if result < 0 { throw POSIXFault(call: call, path: path, code: errno) }
  }
}
