import Foundation
import Testing

@testable import Core
@testable import Service

@Suite struct SnapshotDirectoryTests {
  private func snapshot(
    _ sequence: UInt64, base: SnapshotHeader.Base? = nil, _ changes: StateChanges? = nil
  ) -> SnapshotDraft {
    SnapshotDraft(
      header: SnapshotHeader(sequence: sequence, createdMillis: 1, group: "g", build: "b", base: base),
      changes: changes ?? StateChanges(whole: [1, 2, 3]), source: base)
  }

  private func name(_ sequence: UInt64, base: UInt64? = nil) -> String {
    SnapshotName(sequence: sequence, base: base).description
  }

  @Test func keepsTheNewestAndLeavesNothingElse() throws {
    let temporary = try TemporaryDirectory()
    let directory = SnapshotDirectory(path: temporary.path + "/a/b", kept: 3)
    try directory.lock()
    for sequence in UInt64(8)...12 { try directory.write(snapshot(sequence)) }
    #expect(try directory.files() == [12, 11, 10].map { name($0) })
    #expect(try temporary.names(under: "a/b") == ["lock"] + directory.files().reversed())
    let loaded = try directory.load(directory.files()[0])
    #expect(loaded.header == snapshot(12).header)
    #expect(loaded.state == [1, 2, 3])
    let newest = try directory.files()[0]
    let attributes = try FileManager.default.attributesOfItem(
      atPath: "\(directory.path)/\(newest)")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  /// A state that could not be read again takes no other's place.
  @Test func whatIsTooLargeIsNotWritten() throws {
    let temporary = try TemporaryDirectory()
    let directory = SnapshotDirectory(path: temporary.path, kept: 1)
    try directory.lock()
    try directory.write(snapshot(8))
    var bytes = FlatArray<UInt8>()
    bytes.append(1)
    var runs = FlatArray<StateChanges.Run>()
    runs.append(StateChanges.Run(start: 0, copied: 0, added: 1))
    let changes = StateChanges(runs: runs, added: bytes, isTooLarge: true)
    #expect(throws: SnapshotFile.Fault.self) { try directory.write(snapshot(9, changes)) }
    #expect(try directory.files() == [name(8)])
  }

  @Test func namesSortByAge() {
    let names = [(0, nil), (9, nil), (9, 8), (10, 9), (99_999, nil), (UInt64.max, UInt64.max - 1)].map {
      SnapshotName(sequence: $0, base: $1)
    }
    #expect(names.map(\.description).sorted() == [0, 2, 1, 3, 4, 5].map { names[$0].description })
    #expect(names.map { SnapshotName($0.description) } == names)
    for other in ["snapshot-1.tmp", "snapshot-x.nadi", "snapshot-1-2-3.nadi", "snapshot-1-.nadi", "lock"] {
      #expect(SnapshotName(other) == nil, "\(other)")
    }
  }

  @Test func refusesASecondHolderUntilTheFirstIsGone() throws {
    let temporary = try TemporaryDirectory()
    do {
      let first = SnapshotDirectory(path: temporary.path, kept: 3)
      try first.lock()
      let fault = #expect(throws: ServiceFault.self) {
        try SnapshotDirectory(path: temporary.path, kept: 3).lock()
      }
      #expect(fault?.code == .temporaryFailure)
      withExtendedLifetime(first) {}
    }
    try SnapshotDirectory(path: temporary.path, kept: 3).lock()
  }

  @Test func removesWhatAnInterruptedWriteLeft() throws {
    let temporary = try TemporaryDirectory()
    _ = try temporary.file(name(3) + ".tmp", "half")
    _ = try temporary.file("notes.txt", "kept")
    try SnapshotDirectory(path: temporary.path, kept: 3).lock()
    #expect(try temporary.names() == ["lock", "notes.txt"])
  }

  @Test func pathBelowAFileCannotBeCreated() throws {
    let temporary = try TemporaryDirectory()
    let file = try temporary.file("file", "x")
    let fault = #expect(throws: ServiceFault.self) {
      try SnapshotDirectory(path: file + "/state", kept: 3).lock()
    }
    #expect(fault?.code == .cannotCreate)
    #expect(fault?.message.contains(file) == true)
    let service = #expect(throws: ServiceFault.self) {
      _ = try RunService(
        configuration: try Configurations.make(directory: file + "/state"), build: "test",
        logger: LogRecorder().logger())
    }
    #expect(service?.code == .cannotCreate)
  }

  @Test func failedWriteNamesTheCallAndKeepsTheOthers() throws {
    let temporary = try TemporaryDirectory()
    let directory = SnapshotDirectory(path: temporary.path, kept: 3)
    try directory.lock()
    try directory.write(snapshot(1))
    // A directory where the file would go: neither written nor renamed over.
    let blocked = temporary.path + "/" + name(2)
    try FileManager.default.createDirectory(atPath: blocked + "/x", withIntermediateDirectories: true)
    let fault = #expect(throws: POSIXFault.self) { try directory.write(snapshot(2)) }
    #expect(fault?.call == "rename")
    #expect(try directory.load(name(1)).header == snapshot(1).header)
  }

  /// Changes are read with their base, which stays as long as they do; a whole snapshot is put together from both.
  @Test func changesNeedTheirBase() throws {
    let temporary = try TemporaryDirectory()
    let directory = SnapshotDirectory(path: temporary.path, kept: 2)
    try directory.lock()
    let first = try directory.write(snapshot(1))
    let base = SnapshotHeader.Base(sequence: 1, checksum: first.checksum)
    // 3, 1 and a new 9.
    func changes() throws -> StateChanges {
      let runs: [(UInt64, UInt64, UInt64)] = [(2, 1, 0), (0, 1, 1)]
      var bytes: [UInt8] = [2, 0, 0, 0]
      for run in runs {
        for word in [run.0, run.1, run.2] { withUnsafeBytes(of: word.littleEndian) { bytes += $0 } }
      }
      return try StateChanges(decoding: bytes + [9], of: [1, 2, 3])
    }
    for sequence in UInt64(2)...5 { try directory.write(snapshot(sequence, base: base, try changes())) }
    #expect(try directory.files() == [name(5, base: 1), name(4, base: 1), name(1)])
    #expect(try directory.load(name(5, base: 1)).state == [3, 1, 9])
    // Whole again, from the base's file and what changed.
    let sixth = try directory.write(
      SnapshotDraft(header: snapshot(6).header, changes: try changes(), source: base))
    #expect(try directory.load(name(6)).state == [3, 1, 9])
    #expect(try directory.files() == [name(6), name(5, base: 1), name(1)])
    try directory.write(snapshot(7))
    #expect(try directory.files() == [name(7), name(6)])
    // From one that holds changes itself, as behind a restart.
    try directory.write(
      snapshot(8, base: SnapshotHeader.Base(sequence: 6, checksum: sixth.checksum), try changes()))
    let eighth = try directory.load(name(8, base: 6))
    #expect(eighth.state == [9, 3, 9])
    let own = SnapshotHeader.Base(sequence: 8, checksum: eighth.checksum)
    try directory.write(SnapshotDraft(header: snapshot(9).header, changes: try changes(), source: own))
    #expect(try directory.load(name(9)).state == [9, 9, 9])
    // Gone, or another one.
    try directory.write(snapshot(10, base: base, try changes()))
    #expect(throws: SnapshotFile.Fault.self) { try directory.load(name(10, base: 1)) }
    let other = SnapshotHeader.Base(sequence: 9, checksum: first.checksum &+ 1)
    try directory.write(snapshot(11, base: other, try changes()))
    let fault = #expect(throws: SnapshotFile.Fault.self) { try directory.load(name(11, base: 9)) }
    #expect(fault?.description.contains("another snapshot") == true)
    #expect(throws: SnapshotFile.Fault.self) {
      try directory.write(SnapshotDraft(header: snapshot(12).header, changes: try changes(), source: other))
    }
  }
}
