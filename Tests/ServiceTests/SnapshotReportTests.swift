import Core
import Foundation
import Testing

@testable import Service

@Suite struct SnapshotReportTests {
  private let temporary: TemporaryDirectory
  private let state: [UInt8]

  init() throws {
    temporary = try TemporaryDirectory()
    state = try EngineRun(Input.simulated(60), parses: false).state
  }

  private func write(_ change: (inout [UInt8]) -> Void) throws -> String {
    var bytes = SnapshotHeader(
      sequence: 7, createdMillis: 1_740_963_600_000, group: "nadi-test", build: "1.2"
    ).file(state)
    change(&bytes)
    let path = temporary.path + "/snapshot"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func saysWhatIsInAFile() throws {
    let report = try SnapshotReport(path: write { _ in }, configuration: Configurations.make())
    #expect(report.snapshot.header.sequence == 7)
    #expect(report.state.tasks.map(\.partition) == [0, 1, 2, 3])
    let counts = Input.simulated(60).reduce(into: [Int32: Int64]()) { $0[$1.partition, default: 0] += 1 }
    for task in report.state.tasks {
      #expect(task.position == counts[task.partition, default: 0])
      #expect(task.books.isBalanced)
    }
    let text = report.text
    for part in ["nadi-test", "1.2", "2025-03-03T01:00:00Z", "\(Configurations.input)[3]", "position"] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    #expect(report.line.contains("4 partitions"))
  }

  @Test func damageIsAFault() throws {
    let flipped = #expect(throws: ServiceFault.self) {
      try SnapshotReport(path: write { $0[$0.count / 2] ^= 1 })
    }
    #expect(flipped?.code == .dataError)
    let cut = #expect(throws: ServiceFault.self) { try SnapshotReport(path: write { $0.removeLast() }) }
    #expect(cut?.code == .dataError)
    let missing = #expect(throws: ServiceFault.self) { try SnapshotReport(path: "/nowhere/snapshot") }
    #expect(missing?.code == .inputOutput)
  }

  /// Checksums that are right over a state that is not one.
  @Test func aStateThatIsNoneIsAFault() throws {
    let path = temporary.path + "/snapshot"
    let header = SnapshotHeader(sequence: 1, createdMillis: 0, group: "g", build: "b")
    try Data(header.file(Array(state.dropLast(9)))).write(to: URL(fileURLWithPath: path))
    let fault = #expect(throws: ServiceFault.self) { try SnapshotReport(path: path) }
    #expect(fault?.code == .dataError)
  }
}
