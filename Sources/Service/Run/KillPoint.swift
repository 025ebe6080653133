import Core

#if DEBUG
  import Synchronization

  #if canImport(Glibc)
    import Glibc
  #endif
#endif

/// What commits and snapshots go through. In debug builds the process can be told to end itself at any of their steps, as
/// SIGKILL would end it: `NADI_KILL_AT=before:produce#2` is just before the second time. Release builds have none of it.
enum KillPoint {
  #if DEBUG
    private static let asked = getenv("NADI_KILL_AT").map { String(cString: $0) }
    private static let counts = Mutex<[String: Int]>([:])

    /// The point before or after something; the process ends here if it was told to.
    fileprivate static func reach(_ name: String) {
      guard let asked, asked.hasPrefix("\(name)#") else { return }
      let count = counts.withLock {
        $0[name, default: 0] += 1
        return $0[name, default: 0]
      }
      if asked == "\(name)#\(count)" { kill(getpid(), SIGKILL) }
    }

    static func port(_ publisher: Publisher) -> PortWithKillPoints {
      PortWithKillPoints(publisher: publisher)
    }

    static var disk: any Disk { DiskWithKillPoints() }
  #else
    static func port(_ publisher: Publisher) -> Publisher { publisher }

    static var disk: any Disk { SystemDisk() }
  #endif
}

#if DEBUG
  /// Carries out effects between two points each.
  final class PortWithKillPoints: CommitPort {
    private let publisher: Publisher

    init(publisher: Publisher) { self.publisher = publisher }

    func perform(_ effect: CommitEffect, _ work: CommitWork) -> CommitFact {
      let name = "\(effect)".prefix { $0 != "(" }
      KillPoint.reach("before:\(name)")
      let fact = publisher.perform(effect, work)
      KillPoint.reach("after:\(name)")
      return fact
    }

    func confirmed() {
      KillPoint.reach("before:confirm")
      publisher.confirmed()
      KillPoint.reach("after:confirm")
    }

    func postponed() { publisher.postponed() }
  }

  /// Makes system calls between two points each; those on directories have names of their own.
  final class DiskWithKillPoints: Disk {
    private let disk = SystemDisk()
    private let directories = Mutex<Set<Int32>>([])

    private func between<Result>(
      _ name: String, _ call: () throws(POSIXFault) -> Result
    ) throws(POSIXFault) -> Result {
      KillPoint.reach("before:\(name)")
      let result = try call()
      KillPoint.reach("after:\(name)")
      return result
    }

    private func suffix(_ descriptor: Int32) -> String {
      directories.withLock { $0.contains(descriptor) } ? "Directory" : ""
    }

    func open(_ path: String, isDirectory: Bool) throws(POSIXFault) -> Int32 {
      try between(isDirectory ? "openDirectory" : "open") { () throws(POSIXFault) in
        let descriptor = try disk.open(path, isDirectory: isDirectory)
        directories.withLock { known in
          if isDirectory { known.insert(descriptor) } else { known.remove(descriptor) }
        }
        return descriptor
      }
    }

    func write(
      _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
    ) throws(POSIXFault) -> Int {
      try between("write") { () throws(POSIXFault) in try disk.write(bytes, to: descriptor, path) }
    }

    func sync(_ descriptor: Int32, _ path: String) throws(POSIXFault) {
      try between("sync\(suffix(descriptor))") { () throws(POSIXFault) in try disk.sync(descriptor, path) }
    }

    func close(_ descriptor: Int32, _ path: String) throws(POSIXFault) {
      try between("close\(suffix(descriptor))") { () throws(POSIXFault) in try disk.close(descriptor, path) }
    }

    func rename(_ path: String, to target: String) throws(POSIXFault) {
      try between("rename") { () throws(POSIXFault) in try disk.rename(path, to: target) }
    }

    func remove(_ path: String) throws(POSIXFault) {
      try between("remove") { () throws(POSIXFault) in try disk.remove(path) }
    }

    func names(in directory: String) throws(POSIXFault) -> [String] { try disk.names(in: directory) }

    func read(_ path: String) throws(POSIXFault) -> [UInt8] { try disk.read(path) }
  }
#endif
