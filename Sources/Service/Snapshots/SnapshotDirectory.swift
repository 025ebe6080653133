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
  private let disk: any Disk
  private var lockDescriptor: Int32 = -1

  public init(path: String, kept: Int, disk: any Disk = SystemDisk()) {
    self.path = path
    self.kept = kept
    self.disk = disk
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
    try removeUnfinished()
  }

  /// What tells the process of this directory from others: made at random once, and kept.
  ///
  /// - Throws: `ServiceFault` with exit code 74 when it can be neither read nor kept.
  func identity() throws(ServiceFault) -> String {
    let file = "\(path)/instance"
    do {
      if let kept = try readIdentity(file) { return kept }
      let made = String(UInt64.random(in: .min ... .max), radix: 36)
      try writeWhole(Array(made.utf8), to: file + ".tmp")
      try disk.rename(file + ".tmp", to: file)
      try syncDirectory()
      return made
    } catch {
      throw ServiceFault(.inputOutput, "\(error)", remedy: "let this user read and write the state directory")
    }
  }

  private func readIdentity(_ file: String) throws(POSIXFault) -> String? {
    guard try disk.names(in: path).contains("instance") else { return nil }
    let text = String(decoding: try disk.read(file), as: UTF8.self)
    return text.isEmpty || text.contains { !$0.isASCII || !$0.isLetter && !$0.isNumber } ? nil : text
  }

  /// Removes what was being written when a process before this one ended.
  func removeUnfinished() throws(ServiceFault) {
    do {
      for name in try disk.names(in: path) where name.hasSuffix(".tmp") {
        try disk.remove("\(path)/\(name)")
      }
    } catch {
      throw ServiceFault(.inputOutput, "\(error)", remedy: "let this user write to the state directory")
    }
  }

  /// Snapshot files, newest first.
  ///
  /// - Throws: `ServiceFault` with exit code 74 when the directory cannot be read.
  public func files() throws(ServiceFault) -> [String] {
    do {
      return try snapshotNames()
    } catch {
      throw ServiceFault(.inputOutput, "\(error)", remedy: "let this user read the state directory")
    }
  }

  private func snapshotNames() throws(POSIXFault) -> [String] {
    try disk.names(in: path).filter { $0.hasPrefix("snapshot-") && $0.hasSuffix(".nadi") }.sorted(by: >)
  }

  static func name(sequence: UInt64) -> String {
    let digits = String(sequence)
    return "snapshot-" + String(repeating: "0", count: max(0, 20 - digits.count)) + digits + ".nadi"
  }

  /// The bytes of one file, which may be anything.
  public func read(_ name: String) throws(POSIXFault) -> [UInt8] { try disk.read("\(path)/\(name)") }

  /// Puts a damaged file out of the way, under a name that is never loaded.
  public func setAside(_ name: String) throws(POSIXFault) {
    try disk.rename("\(path)/\(name)", to: "\(path)/\(name).damaged")
  }

  /// Writes a snapshot: to a temporary name, synced, renamed, the directory synced; then removes the oldest ones.
  ///
  /// - Throws: `POSIXFault` naming the call that failed; the snapshots before are untouched.
  public func write(_ file: SnapshotFile) throws(POSIXFault) {
    let final = "\(path)/\(Self.name(sequence: file.sequence))"
    let temporary = final + ".tmp"
    do {
      try writeWhole(file.encoded(), to: temporary)
      try disk.rename(temporary, to: final)
    } catch {
      // What cannot be removed either is removed at the next start.
      try? disk.remove(temporary)
      throw error
    }
    try syncDirectory()
    for old in try snapshotNames().dropFirst(kept) { try disk.remove("\(path)/\(old)") }
  }

  private func writeWhole(_ bytes: [UInt8], to temporary: String) throws(POSIXFault) {
    let descriptor = try disk.open(temporary, isDirectory: false)
    do {
      try writeAll(bytes, to: descriptor, temporary)
      // A failed sync is not tried again on the same descriptor: the kernel may have dropped the pages.
      try disk.sync(descriptor, temporary)
    } catch {
      // The first failure is the one to be told; the file is given up whatever its end says.
      try? disk.close(descriptor, temporary)
      throw error
    }
    try disk.close(descriptor, temporary)
  }

  private func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(POSIXFault) {
    var written = 0
    while written < bytes.count {
      do {
        written += try bytes.span.bytes.withUnsafeBytes { (all) throws(POSIXFault) in
          try disk.write(UnsafeRawBufferPointer(rebasing: all[written...]), to: descriptor, path)
        }
      } catch let fault where fault.code == EINTR {
        continue
      }
    }
  }

  private func syncDirectory() throws(POSIXFault) {
    let descriptor = try disk.open(path, isDirectory: true)
    do {
      try disk.sync(descriptor, path)
    } catch {
      try? disk.close(descriptor, path)
      throw error
    }
    try disk.close(descriptor, path)
  }
}
