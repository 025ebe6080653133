#if canImport(Glibc)
  import Glibc
#endif

/// The system calls that snapshots are made of; tests have disks whose calls fail and whose power fails.
public protocol Disk: Sendable {
  /// Opens a file for writing, empty, readable by its owner only; or, with `isDirectory`, a directory to be synced.
  func open(_ path: String, isDirectory: Bool) throws(POSIXFault) -> Int32
  /// Writes the beginning of the bytes, at least one, and returns how many were written.
  func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws(POSIXFault) -> Int
  func sync(_ descriptor: Int32, _ path: String) throws(POSIXFault)
  func close(_ descriptor: Int32, _ path: String) throws(POSIXFault)
  func rename(_ path: String, to target: String) throws(POSIXFault)
  func remove(_ path: String) throws(POSIXFault)
  /// The names in a directory, in no order.
  func names(in directory: String) throws(POSIXFault) -> [String]
  func read(_ path: String) throws(POSIXFault) -> [UInt8]
}

/// The disk there is.
public struct SystemDisk: Disk {
  public init() {}

  public func open(_ path: String, isDirectory: Bool) throws(POSIXFault) -> Int32 {
    let flags = isDirectory ? O_RDONLY | O_DIRECTORY : O_CREAT | O_TRUNC | O_WRONLY
    return try POSIXFault.check(Glibc.open(path, flags | O_CLOEXEC, 0o600), "open", path)
  }

  public func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
  ) throws(POSIXFault) -> Int {
    let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    if count < 0 { throw POSIXFault(call: "write", path: path, code: errno) }
    return count
  }

  public func sync(_ descriptor: Int32, _ path: String) throws(POSIXFault) {
    try POSIXFault.check(fsync(descriptor), "fsync", path)
  }

  public func close(_ descriptor: Int32, _ path: String) throws(POSIXFault) {
    try POSIXFault.check(Glibc.close(descriptor), "close", path)
  }

  public func rename(_ path: String, to target: String) throws(POSIXFault) {
    try POSIXFault.check(Glibc.rename(path, target), "rename", target)
  }

  public func remove(_ path: String) throws(POSIXFault) {
    try POSIXFault.check(unlink(path), "unlink", path)
  }

  public func names(in directory: String) throws(POSIXFault) -> [String] {
    guard let stream = opendir(directory) else {
      throw POSIXFault(call: "opendir", path: directory, code: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  public func read(_ path: String) throws(POSIXFault) -> [UInt8] {
    let descriptor = try POSIXFault.check(Glibc.open(path, O_RDONLY | O_CLOEXEC), "open", path)
    defer { Glibc.close(descriptor) }
    var status = stat()
    try POSIXFault.check(fstat(descriptor, &status), "fstat", path)
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + filled }, $0.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw POSIXFault(call: "read", path: path, code: errno) }
      if count == 0 { break }
      filled += count
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }
}
