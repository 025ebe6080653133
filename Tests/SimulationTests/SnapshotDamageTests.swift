import Core
import Foundation
import Kafka
import Logging
import Testing

@testable import Service

/// Snapshots on a disk whose calls fail one by one, and damaged ones: never loaded, and said.
@Suite struct SnapshotDamageTests {
  private let shared: SharedSetup
  private let log: SimulatedLog
  /// Snapshots of the states after 4 and after 8 records: a whole one, and one that holds the changes to it.
  private let drafts: [SnapshotDraft]

  init() throws {
    shared = try SharedSetup.standard.get()
    let log = SimulatedLog(partitions: 1, begin: 0, isTransactional: true, keepsMarks: true)
    self.log = log
    var feed = SalesFeed(partitionCount: 1)
    var chance = Chance(seed: 5)
    for _ in 0..<8 { log.append(feed.next(now: Stamp.start + 3_600_000, &chance).record, to: 0) }
    log.store([CommittedOffset(offset: 8, mark: CommitMark(sequence: 3, watermark: Stamp.start))])
    let engine = try Engine(
      configuration: shared.configuration, catalogue: shared.catalogue,
      partitions: [EnginePartition(topicIndex: 0, partition: 0)])
    var drafts: [SnapshotDraft] = []
    var series = SnapshotSeries(behind: 0)
    let files = SnapshotDirectory(path: SharedSetup.directory, kept: 3, disk: SimulatedDisk(seed: 1))
    for half in 0..<2 {
      let records = (half * 4..<half * 4 + 4).map {
        (partition: 0, offset: Int64($0), record: log.input[0][$0])
      }
      SimulatedBatch.lend(records) { engine.process($0) }
      engine.ledger.settle(watermark: .min)
      let outline = series.begin(
        engine.ledger, createdMillis: 0, group: shared.configuration.kafka.group, build: "test")
      let draft = try #require(outline.proceed(engine.ledger))
      series.note(draft, try files.write(draft))
      drafts.append(draft)
    }
    self.drafts = drafts
    try #require(drafts[1].header.base?.sequence == 1, "the second one tells the changes to the first")
  }

  private func path(_ number: Int) -> String { "\(SharedSetup.directory)/\(name(number))" }

  private func name(_ number: Int) -> String {
    let header = drafts[number - 1].header
    return SnapshotName(sequence: header.sequence, base: header.base?.sequence).description
  }

  /// The files of both, as they are written.
  private func bytes() throws -> [[UInt8]] {
    let disk = SimulatedDisk(seed: 1)
    let directory = SnapshotDirectory(path: SharedSetup.directory, kept: 3, disk: disk)
    for draft in drafts { try directory.write(draft) }
    return try [1, 2].map { try disk.read(path($0)) }
  }

  /// The position that a restart begins from, and what it says.
  private func restore(_ disk: SimulatedDisk) throws -> (
    position: Int64, [(level: Logger.Level, text: String)]
  ) {
    let recorder = LogLines()
    let directory = SnapshotDirectory(path: SharedSetup.directory, kept: 3, disk: disk)
    try directory.removeUnfinished()
    let start = try Restorer(
      configuration: shared.configuration, catalogue: shared.catalogue, directory: directory,
      logger: recorder.logger()
    ).restore([TopicPartition(topic: SharedSetup.topic, partition: 0)], log: SimulatedInputLog(log: log))
    return (start.standby.engine.ledger.tasks[0].position, recorder.all)
  }

  // MARK: - Failing calls

  @Test(arguments: SimulatedDisk.PlannedFault.allCases)
  func everyCallOfAWriteFailsOnce(_ fault: SimulatedDisk.PlannedFault) throws {
    var failures = Set<String>()
    var number = 1
    while true {
      let disk = SimulatedDisk(seed: 1)
      let directory = SnapshotDirectory(path: SharedSetup.directory, kept: 3, disk: disk)
      try directory.write(drafts[0])
      let before = disk.callCount
      disk.planned = (before + number, fault)
      do {
        try directory.write(drafts[1])
      } catch let error as POSIXFault {
        failures.insert(error.call)
      }
      if disk.callCount < before + number { break }
      disk.planned = nil
      // The old one or the new one, whole, also after a power failure; nothing half written is left.
      for _ in 0..<2 {
        let position = try restore(disk).position
        #expect(position == 4 || position == 8, "call \(number)")
        #expect(try disk.names(in: SharedSetup.directory).allSatisfy { $0.hasSuffix(".nadi") })
        disk.restart()
      }
      // Whole, put together from the first one's file and the changes.
      var header = drafts[1].header
      (header.sequence, header.base) = (3, nil)
      try directory.write(SnapshotDraft(header: header, changes: drafts[1].changes, source: drafts[1].source))
      #expect(disk.isDurable("\(SharedSetup.directory)/\(SnapshotName(sequence: 3))"))
      #expect(try restore(disk).position == 8)
      number += 1
    }
    #expect(number > 7, "open, write, fsync, close, rename, open, fsync, close")
    switch fault {
    case .inputOutput, .noSpace: #expect(failures == ["open", "write", "fsync", "close", "rename"])
    case .interrupted: #expect(!failures.contains("write"), "an interrupted write is made again")
    case .short: #expect(failures.isEmpty, "what is missing is written after a short write")
    }
  }

  // MARK: - Damage

  private func expectTheOneBefore(_ bytes: [UInt8], _ what: String) throws {
    let disk = SimulatedDisk(seed: 1)
    disk.place(path(1), try self.bytes()[0])
    disk.place(path(2), bytes)
    let (position, lines) = try restore(disk)
    #expect(position == 4, "\(what)")
    let errors = lines.filter { $0.level >= .error }.map(\.text)
    #expect(errors.count == 1 && errors[0].contains("damaged"), "\(what): \(errors)")
    #expect(
      try disk.names(in: SharedSetup.directory).contains(name(2) + ".damaged"))
  }

  /// All places in the frame of a file, and some in the state; that every byte counts is tested on a smaller file.
  private func places(_ count: Int) -> [Int] {
    (0..<count).filter { $0 < 120 || $0 >= count - 20 || $0 % 211 == 0 }
  }

  @Test func aTruncatedFileIsNeverLoaded() throws {
    let bytes = try bytes()[1]
    for count in places(bytes.count) { try expectTheOneBefore(Array(bytes[..<count]), "\(count) bytes") }
  }

  @Test func aFlippedBitIsNeverLoaded() throws {
    let bytes = try bytes()[1]
    for place in places(bytes.count) {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      try expectTheOneBefore(damaged, "byte \(place)")
    }
  }

  /// A base that is damaged or gone takes with it what is based on it; there is nothing before them here.
  @Test func changesWithoutTheirBaseAreNeverLoaded() throws {
    let (base, changes) = (try bytes()[0], try bytes()[1])
    for damage in 0..<3 {
      let disk = SimulatedDisk(seed: 1)
      disk.place(path(2), changes)
      if damage == 1 { disk.place(path(1), Array(base.dropLast())) }
      if damage == 2 {
        var flipped = base
        flipped[base.count / 2] ^= 1
        disk.place(path(1), flipped)
      }
      let directory = SnapshotDirectory(path: SharedSetup.directory, kept: 3, disk: disk)
      let fault = #expect(throws: SnapshotFile.Fault.self) { try directory.load(name(2)) }
      let said = damage == 0 ? "its base, number 1, is not there" : "its base \(name(1)) cannot be used"
      #expect(fault?.description.contains(said) == true)
      let (position, lines) = try restore(disk)
      #expect(position == 0)
      let errors = lines.filter { $0.level >= .error }.map(\.text)
      #expect(errors.count == (damage == 0 ? 1 : 2) && errors.allSatisfy { $0.contains("damaged") })
    }
  }

  @Test func whatCannotBeReadIsPassedOverAndStays() throws {
    let disk = SimulatedDisk(seed: 1)
    disk.place(path(1), try bytes()[0])
    disk.readFailuresPerMille = 1_000
    let fault = #expect(throws: ServiceFault.self) { try restore(disk) }
    #expect(fault?.code == .inputOutput)
    disk.readFailuresPerMille = 0
    #expect(try restore(disk).position == 4)
  }

  @Test func nothingWholeMeansFromTheBeginning() throws {
    let disk = SimulatedDisk(seed: 1)
    disk.place(path(1), [])
    disk.place(path(2), Array(try bytes()[1].dropLast()))
    let (position, lines) = try restore(disk)
    #expect(position == 0)
    #expect(lines.filter { $0.text.contains("damaged") }.count == 2)
    #expect(lines.contains { $0.text.contains("no snapshot") })
  }

  @Test func missingInputStopsWithTheChoices() throws {
    log.delete(before: 6, of: 0)
    let disk = SimulatedDisk(seed: 1)
    disk.place(path(1), try bytes()[0])
    let fault = #expect(throws: ServiceFault.self) { try restore(disk) }
    #expect(fault?.code == .dataError)
    #expect(fault?.message.contains("begins at offset 6, but the state needs it from 4") == true)
    #expect(fault?.remedy.contains("newer snapshot") == true && fault?.remedy.contains("new name") == true)
    disk.place(path(2), try bytes()[1])
    #expect(try restore(disk).position == 8)
    let empty = #expect(throws: ServiceFault.self) { try restore(SimulatedDisk(seed: 1)) }
    #expect(empty?.message.contains("needs it from 0") == true)
  }
}
