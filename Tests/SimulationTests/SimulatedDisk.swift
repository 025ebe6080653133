import Service

/// A disk in memory whose calls fail, and whose unsynced writes are lost or torn when the power goes.
final class SimulatedDisk: Disk, @unchecked Sendable {
  // Unchecked: one thread uses it.
  enum PlannedFault: Hashable, CaseIterable {
    case inputOutput, noSpace, interrupted
    /// A write takes only the first few bytes; other calls are as they are.
    case short

    var code: Int32? {
      switch self {
      case .inputOutput: SimulatedDisk.inputOutput
      case .noSpace: SimulatedDisk.noSpace
      case .interrupted: SimulatedDisk.interrupted
      case .short: nil
      }
    }
  }

  private struct File {
    var bytes: [UInt8] = []
    var synced: [UInt8] = []
  }
  private enum Change {
    case set(String, Int)
    case remove(String)
  }

  private var files: [File] = []
  private var entries: [String: Int] = [:]
  private var syncedEntries: [String: Int] = [:]
  /// Changes of the directory since it was synced, in order.
  private var changes: [Change] = []
  private var descriptors: [Int32: Int?] = [:]
  private var nextDescriptor: Int32 = 3
  private var chance: Chance
  /// Of a thousand calls, how many fail.
  var failuresPerMille = 0
  /// Of a thousand attempts to list or read, how many fail.
  var readFailuresPerMille = 0
  /// Of a thousand calls, before how many the power goes.
  var crashesPerMille = 0
  /// The number of the call that is to go wrong, from 1, and how.
  var planned: (call: Int, fault: PlannedFault)?
  /// Calls that change something, so far.
  private(set) var callCount = 0
  /// The power is gone: no call has any effect.
  private(set) var isDown = false

  private static let noSpace: Int32 = 28
  private static let inputOutput: Int32 = 5
  private static let interrupted: Int32 = 4

  init(seed: UInt64) { chance = Chance(seed: seed) }

  private func fail(_ call: String, _ path: String, _ codes: [Int32]) throws(POSIXFault) {
    callCount += 1
    if let planned, planned.call == callCount, let code = planned.fault.code {
      throw POSIXFault(call: call, path: path, code: code)
    }
    if isDown || chance.happens(crashesPerMille) {
      isDown = true
      throw POSIXFault(call: call, path: path, code: Self.inputOutput)
    }
    if chance.happens(failuresPerMille) { throw POSIXFault(call: call, path: path, code: chance.pick(codes)) }
  }

  private func failReading(_ call: String, _ path: String) throws(POSIXFault) {
    if isDown || chance.happens(readFailuresPerMille) {
      throw POSIXFault(call: call, path: path, code: Self.inputOutput)
    }
  }

  // MARK: - Calls

  func open(_ path: String, isDirectory: Bool) throws(POSIXFault) -> Int32 {
    try fail("open", path, [Self.inputOutput, Self.noSpace, Self.interrupted])
    nextDescriptor += 1
    if isDirectory {
      descriptors[nextDescriptor] = .some(nil)
    } else {
      files.append(File())
      entries[path] = files.count - 1
      changes.append(.set(path, files.count - 1))
      descriptors[nextDescriptor] = files.count - 1
    }
    return nextDescriptor
  }

  private func file(_ descriptor: Int32) -> Int? {
    guard let file = descriptors[descriptor] else { preconditionFailure("The descriptor is open.") }
    return file
  }

  func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
  ) throws(POSIXFault) -> Int {
    try fail("write", path, [Self.inputOutput, Self.noSpace, Self.interrupted])
    guard let file = file(descriptor) else { preconditionFailure("Nobody writes to a directory.") }
    let isShort = planned.map { $0.call == callCount && $0.fault == .short } ?? false
    let count = isShort || chance.happens(failuresPerMille) ? chance.number(1...bytes.count) : bytes.count
    files[file].bytes += bytes[..<count]
    return count
  }

  func sync(_ descriptor: Int32, _ path: String) throws(POSIXFault) {
    try fail("fsync", path, [Self.inputOutput, Self.noSpace])
    if let file = file(descriptor) {
      files[file].synced = files[file].bytes
    } else {
      syncedEntries = entries
      changes.removeAll()
    }
  }

  func close(_ descriptor: Int32, _ path: String) throws(POSIXFault) {
    descriptors[descriptor] = nil
    try fail("close", path, [Self.inputOutput])
  }

  func rename(_ path: String, to target: String) throws(POSIXFault) {
    try fail("rename", target, [Self.inputOutput, Self.noSpace])
    guard let file = entries.removeValue(forKey: path) else {
      throw POSIXFault(call: "rename", path: path, code: 2)
    }
    entries[target] = file
    changes += [.remove(path), .set(target, file)]
  }

  func remove(_ path: String) throws(POSIXFault) {
    try fail("unlink", path, [Self.inputOutput])
    entries[path] = nil
    changes.append(.remove(path))
  }

  func names(in directory: String) throws(POSIXFault) -> [String] {
    try failReading("opendir", directory)
    return entries.keys.filter { $0.hasPrefix(directory + "/") }.map {
      String($0.dropFirst(directory.count + 1))
    }
  }

  func read(_ path: String) throws(POSIXFault) -> [UInt8] {
    try failReading("open", path)
    guard let file = entries[path] else { throw POSIXFault(call: "open", path: path, code: 2) }
    return files[file].bytes
  }

  /// Puts a file there, durable, as if somebody had copied it.
  func place(_ path: String, _ bytes: [UInt8]) {
    files.append(File(bytes: bytes, synced: bytes))
    entries[path] = files.count - 1
    syncedEntries[path] = files.count - 1
  }

  // MARK: - Power

  /// Everything not synced is lost or torn; of the directory's changes the first few may have been kept.
  func restart() {
    isDown = false
    descriptors.removeAll()
    let kept = chance.number(0...changes.count)
    entries = syncedEntries
    for change in changes.prefix(kept) {
      switch change {
      case .set(let path, let file): entries[path] = file
      case .remove(let path): entries[path] = nil
      }
    }
    changes.removeAll()
    syncedEntries = entries
    for number in files.indices where files[number].synced != files[number].bytes {
      let written = files[number].bytes
      let reached = chance.number(0...written.count)
      let lost = [UInt8](repeating: 0, count: chance.happens(500) ? written.count - reached : 0)
      files[number].bytes = Array(written.prefix(reached)) + lost
      files[number].synced = files[number].bytes
    }
  }

  /// Whether a power failure now would leave the file as it is.
  func isDurable(_ path: String) -> Bool {
    guard let file = syncedEntries[path], entries[path] == file else { return false }
    return files[file].bytes == files[file].synced
  }
}
