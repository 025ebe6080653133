import Core
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
      _ = try writeWhole(to: file) { (writer) throws(POSIXFault) in try writer.write(Array(made.utf8)) }
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
    try disk.names(in: path).filter { SnapshotName($0) != nil }.sorted(by: >)
  }

  /// The number of the newest snapshot, or 0.
  ///
  /// - Throws: `ServiceFault` with exit code 74 when the directory cannot be read.
  public func newestSequence() throws(ServiceFault) -> UInt64 {
    try files().first.flatMap { SnapshotName($0) }?.sequence ?? 0
  }

  /// Reads a snapshot, with the one that it is based on.
  ///
  /// - Throws: `POSIXFault` when it cannot be read, `SnapshotFile.Fault` or `SnapshotFault` when it is damaged, or its
  ///   base is damaged or gone.
  public func load(_ name: String) throws -> LoadedSnapshot {
    let bytes = try disk.read("\(path)/\(name)")
    let file = try SnapshotFile(decoding: bytes)
    var state = file.content
    if let base = file.header.base {
      guard base.sequence < file.header.sequence else {
        throw SnapshotFile.Fault("its base is number \(base.sequence)")
      }
      let earlier = try self.state(of: base)
      state = try StateChanges(decoding: file.content, of: earlier).applied(to: earlier)
    }
    return LoadedSnapshot(
      header: file.header, format: file.format, checksum: file.checksum, byteCount: bytes.count,
      state: state)
  }

  /// The state that a snapshot holds.
  private func state(of base: SnapshotHeader.Base) throws -> [UInt8] {
    guard let name = try snapshotNames().first(where: { SnapshotName($0)?.sequence == base.sequence }) else {
      throw SnapshotFile.Fault("its base, number \(base.sequence), is not there")
    }
    let loaded: LoadedSnapshot
    do {
      loaded = try load(name)
    } catch {
      throw SnapshotFile.Fault("its base \(name) cannot be used: \(error)")
    }
    guard loaded.checksum == base.checksum else {
      throw SnapshotFile.Fault("its base \(name) is another snapshot")
    }
    return loaded.state
  }

  /// Puts a damaged file out of the way, under a name that is never loaded.
  public func setAside(_ name: String) throws(POSIXFault) {
    try disk.rename("\(path)/\(name)", to: "\(path)/\(name).damaged")
  }

  /// Writes a snapshot: to a temporary name, synced, renamed, the directory synced; then removes the oldest ones.
  ///
  /// - Throws: `POSIXFault` naming the call that failed, or `SnapshotFile.Fault` when what it is made of cannot be used or
  ///   is too large; the snapshots before are untouched.
  @discardableResult
  public func write(_ draft: SnapshotDraft) throws -> WrittenSnapshot {
    guard !draft.changes.isTooLarge else {
      throw SnapshotFile.Fault(
        "the state of one partition would take more than 4 GiB; spread the input over more partitions")
    }
    let header = draft.header
    let base = try header.base == nil ? draft.source.map { try state(of: $0) } : nil
    let contentCount = header.base == nil ? draft.changes.byteCount : draft.changes.encodedCount
    let name = SnapshotName(sequence: header.sequence, base: header.base?.sequence)
    var checksum: UInt32 = 0
    let byteCount = try writeWhole(to: "\(path)/\(name)") { (file) throws(POSIXFault) in
      try file.write(SnapshotFile.head(header, contentCount: contentCount))
      file.beginContent()
      if header.base == nil {
        try draft.changes.forEachPiece(of: base ?? []) { (piece) throws(POSIXFault) in
          try file.write(UnsafeRawBufferPointer(piece))
        }
      } else {
        try draft.changes.forEachEncodedPiece { (piece) throws(POSIXFault) in
          try file.write(UnsafeRawBufferPointer(piece))
        }
      }
      checksum = file.checksum
      try file.write(SnapshotFile.tail(checksum: checksum))
    }
    for old in Self.obsolete(try snapshotNames(), kept: kept) { try disk.remove("\(path)/\(old)") }
    return WrittenSnapshot(checksum: checksum, byteCount: byteCount)
  }

  /// Those of the names, newest first, that are neither among the newest nor needed: the bases of these, and a second
  /// whole one, so that damage to a base leaves another.
  static func obsolete(_ names: [String], kept: Int) -> [String] {
    let newest = names.prefix(kept)
    let bases = Set(newest.compactMap { SnapshotName($0)?.base })
    let wholes = names.filter { SnapshotName($0)?.base == nil }.prefix(min(kept, wholeMin))
    return names.filter { name in
      guard let parsed = SnapshotName(name), !newest.contains(name), !wholes.contains(name) else {
        return false
      }
      return parsed.base != nil || !bases.contains(parsed.sequence)
    }
  }

  private static let wholeMin = 2

  /// Writes a file so that it is there whole or not at all, and returns its size.
  private func writeWhole(
    to final: String, _ body: (inout FileWriter) throws(POSIXFault) -> Void
  ) throws(POSIXFault) -> Int {
    let temporary = final + ".tmp"
    let byteCount: Int
    do throws(POSIXFault) {
      let descriptor = try disk.open(temporary, isDirectory: false)
      do throws(POSIXFault) {
        var file = FileWriter(disk: disk, descriptor: descriptor, path: temporary)
        try body(&file)
        try file.flush()
        byteCount = file.byteCount
        // A failed sync is not tried again on the same descriptor: the kernel may have dropped the pages.
        try disk.sync(descriptor, temporary)
      } catch {
        // The first failure is the one to be told; the file is given up whatever its end says.
        try? disk.close(descriptor, temporary)
        throw error
      }
      try disk.close(descriptor, temporary)
      try disk.rename(temporary, to: final)
    } catch {
      // What cannot be removed either is removed at the next start.
      try? disk.remove(temporary)
      throw error
    }
    try syncDirectory()
    return byteCount
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
