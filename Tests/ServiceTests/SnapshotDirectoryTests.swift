import Core
import Foundation
import Testing

@testable import Service

@Suite struct SnapshotDirectoryTests {
  private func snapshot(_ sequence: UInt64) -> SnapshotFile {
    SnapshotFile(sequence: sequence, createdMillis: 1, group: "g", build: "b", state: [1, 2, 3])
  }

  @Test func keepsTheNewestAndLeavesNothingElse() throws {
    let temporary = try TemporaryDirectory()
    let directory = SnapshotDirectory(path: temporary.path + "/a/b", kept: 3)
    try directory.lock()
    for sequence in UInt64(8)...12 { try directory.write(snapshot(sequence)) }
    #expect(try directory.files() == [12, 11, 10].map { SnapshotDirectory.name(sequence: $0) })
    #expect(try temporary.names(under: "a/b") == ["lock"] + directory.files().reversed())
    #expect(try SnapshotFile(decoding: directory.read(directory.files()[0])) == snapshot(12))
    let newest = try directory.files()[0]
    let attributes = try FileManager.default.attributesOfItem(
      atPath: "\(directory.path)/\(newest)")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func namesSortByAge() {
    let names = [UInt64(0), 9, 10, 99_999, .max].map { SnapshotDirectory.name(sequence: $0) }
    #expect(names.sorted() == names)
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
    _ = try temporary.file(SnapshotDirectory.name(sequence: 3) + ".tmp", "half")
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
    let blocked = temporary.path + "/" + SnapshotDirectory.name(sequence: 2)
    try FileManager.default.createDirectory(atPath: blocked + "/x", withIntermediateDirectories: true)
    let fault = #expect(throws: POSIXFault.self) { try directory.write(snapshot(2)) }
    #expect(fault?.call == "rename")
    #expect(try SnapshotFile(decoding: directory.read(SnapshotDirectory.name(sequence: 1))) == snapshot(1))
  }

  /// A failed snapshot is said aloud and stops nothing.
  @Test func takerGoesOnWithoutItsDirectory() throws {
    let temporary = try TemporaryDirectory()
    let configuration = try Configurations.make()
    let ledger = Engine.emptyLedger(
      catalogue: try Core.Catalogue(configuration.catalogue), topics: configuration.input.topics,
      [EnginePartition(topicIndex: 0, partition: 0)])
    let directory = SnapshotDirectory(path: temporary.path + "/state", kept: 3)
    try directory.lock()
    let recorder = LogRecorder()
    let taker = try SnapshotTaker(
      directory: directory, group: "g", build: "b", intervalMillis: 0, logger: recorder.logger())
    try FileManager.default.removeItem(atPath: directory.path)
    taker.takeNow(ledger)
    #expect(recorder.lines(containing: "could not be written").map(\.level) == [.error])
    #expect(taker.count == 0, "a snapshot that was not written does not count")
    try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    taker.takeNow(ledger)
    #expect(try directory.files().count == 1, "the same state is tried again at the next chance")
  }
}
