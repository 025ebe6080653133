/// A state, told by what it has in common with an earlier one: runs of bytes that are copied from there, with new bytes
/// behind each. Without copies it is the whole state.
public final class StateChanges: @unchecked Sendable {
  // Unchecked: the arrays never change after they are made.

  /// So many bytes from a place of the earlier state, then so many of the new ones.
  public struct Run: BitwiseCopyable, Sendable {
    public var start: UInt64
    public var copied: UInt64
    public var added: UInt64

    public init(start: UInt64, copied: UInt64, added: UInt64) {
      (self.start, self.copied, self.added) = (start, copied, added)
    }
  }

  private let runList: FlatArray<Run>
  private let addedBytes: FlatArray<UInt8>
  /// Bytes of the whole state.
  public let byteCount: Int
  /// Whether some part of the state is longer than the format can tell, so that it cannot be read.
  public let isTooLarge: Bool

  init(runs: consuming FlatArray<Run>, added: consuming FlatArray<UInt8>, isTooLarge: Bool = false) {
    self.isTooLarge = isTooLarge
    var total: UInt64 = 0
    for number in 0..<runs.count { total += runs[number].copied + runs[number].added }
    byteCount = Int(total)
    runList = runs
    addedBytes = added
  }

  /// A whole state.
  public convenience init(whole bytes: [UInt8]) {
    var added = FlatArray<UInt8>()
    bytes.withUnsafeBufferPointer { added.append(contentsOf: $0) }
    var runs = FlatArray<Run>()
    runs.append(Run(start: 0, copied: 0, added: UInt64(bytes.count)))
    self.init(runs: runs, added: added)
  }

  /// Reads what `forEachEncodedPiece` gave.
  ///
  /// - Parameter base: the state that runs are copied from.
  /// - Throws: `SnapshotFault` when they do not fit.
  public convenience init(decoding bytes: [UInt8], of base: [UInt8]) throws(SnapshotFault) {
    var runs = FlatArray<Run>()
    var new = FlatArray<UInt8>()
    do {
      try bytes.withUnsafeBufferPointer { buffer in
        var input = SnapshotReader(buffer)
        var added: UInt64 = 0
        for _ in 0..<(try input.readCount(itemBytes: Self.runBytes)) {
          let run = Run(
            start: try input.readUInt64(), copied: try input.readUInt64(), added: try input.readUInt64())
          let size = UInt64(base.count)
          guard run.start <= size, run.copied <= size - run.start,
            run.added <= UInt64(bytes.count) - added
          else {
            throw SnapshotFault.malformed("a run of changes leads out of the state or its base")
          }
          added += run.added
          runs.append(run)
        }
        guard added == UInt64(input.remaining) else {
          throw SnapshotFault.malformed("\(input.remaining) new bytes are there, and \(added) are spoken of")
        }
        new.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[input.offset...]))
      }
    } catch let fault as SnapshotFault {
      throw fault
    } catch {
      throw .malformed("\(error)")
    }
    self.init(runs: runs, added: new)
  }

  /// How many bytes are new.
  public var addedCount: Int { addedBytes.count }

  /// Bytes of the changes as they are written.
  public var encodedCount: Int {
    MemoryLayout<UInt32>.size + runList.count * Self.runBytes + addedBytes.count
  }

  private static let runBytes = 3 * MemoryLayout<UInt64>.size

  /// Calls `body` with the changes as they are written, piece by piece: the runs, then the new bytes of all of them.
  ///
  /// - Throws: what `body` throws.
  public func forEachEncodedPiece<Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    var output = SnapshotWriter(capacity: runList.count * Self.runBytes + MemoryLayout<UInt32>.size)
    output.write(UInt32(runList.count))
    for number in 0..<runList.count {
      output.write(runList[number].start)
      output.write(runList[number].copied)
      output.write(runList[number].added)
    }
    try body(output.bytes.buffer)
    try body(addedBytes.buffer)
  }

  /// Calls `body` with the bytes of the whole state, piece by piece.
  ///
  /// - Parameter base: the state that runs are copied from; empty for a whole one.
  /// - Throws: what `body` throws.
  public func forEachPiece<Failure: Error>(
    of base: [UInt8], _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    try base.withUnsafeBufferPointer { (base) throws(Failure) in
      var place = 0
      for number in 0..<runList.count {
        let run = runList[number]
        if run.copied > 0 {
          let start = Int(run.start)
          try body(UnsafeBufferPointer(rebasing: base[start..<start + Int(run.copied)]))
        }
        if run.added > 0 {
          try body(UnsafeBufferPointer(rebasing: addedBytes.buffer[place..<place + Int(run.added)]))
          place += Int(run.added)
        }
      }
    }
  }

  /// The whole state.
  public func applied(to base: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    forEachPiece(of: base) { bytes.append(contentsOf: $0) }
    return bytes
  }
}
