import Foundation
import Testing

/// Runs every case of every script, as it is and with restarts.
struct ScriptTests {
  static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "cases")

  static let paths: [String] = {
    let found = try? FileManager.default.contentsOfDirectory(atPath: directory.path)
    return (found ?? []).filter { $0.hasSuffix(".script") }.sorted().map {
      directory.appendingPathComponent($0).path
    }
  }()

  @Test(arguments: paths, ScriptRestarts.allCases) func script(path: String, restarts: ScriptRestarts) throws
  {
    let file = try ScriptFile(path: path)
    for script in file.cases where restarts == .none || script.isRestartable {
      for failure in try ScriptRunner(script, restarts).run() {
        Issue.record(
          "\(script.name)\(restarts == .none ? "" : ", \(restarts.rawValue)"): \(failure)",
          sourceLocation: SourceLocation(
            fileID: "ServiceTests/\(failure.path)", filePath: failure.path, line: failure.line, column: 1))
      }
    }
  }

  @Test func thereAreEnough() throws {
    let cases = try Self.paths.flatMap { try ScriptFile(path: $0).cases }
    #expect(cases.count >= 120)
    for script in cases {
      let isChecked = script.steps.contains { !$0.expected.isEmpty }
      #expect(isChecked, "\(script) expects nothing")
    }
  }

  // MARK: - The runner itself

  private static let wrong = """
    catalogue:
      windows: [{ name: minute, size: 1m }]
      built_in: [calls]
      scopes: [company]
    date 2025-03-03
    == one call
    call 09:00:10 ann
    commit
      calls company minute [09:00,09:01) open VALUE
    books read=READ
    """

  private func failures(_ value: String, _ read: String = "1") throws -> [String] {
    let text = Self.wrong.replacingOccurrences(of: "VALUE", with: value)
      .replacingOccurrences(of: "READ", with: read)
    let file = try ScriptFile(text: text, path: "self.script")
    return try file.cases.flatMap { try ScriptRunner($0).run().map(\.description) }
  }

  @Test func whatIsRightPasses() throws {
    #expect(try failures("1 was - rev 4 late 0") == [])
  }

  @Test func whatIsWrongIsReportedWithItsLine() throws {
    let value = try failures("2")
    #expect(value.count == 1)
    #expect(
      value.first?.hasPrefix("self.script:9: expected calls company minute [09:00,09:01) open 2, got") == true
    )
    #expect(value.first?.contains("open 1 late 0") == true)
    #expect(try failures("1 rev 8").count == 1)
    #expect(try failures("1", "2") == ["self.script:10: expected read=2, got read=1"])
  }

  @Test func missingAndUnexpectedUpdatesAreReported() throws {
    let missing = Self.wrong.replacingOccurrences(
      of: "minute [09:00,09:01) open VALUE", with: "minute [09:01,09:02) open 1"
    )
    .replacingOccurrences(of: "READ", with: "1")
    let file = try ScriptFile(text: missing, path: "self.script")
    let found = try file.cases.flatMap { try ScriptRunner($0).run() }
    #expect(found.map(\.line) == [9, 8])
    #expect(throws: ScriptFault.self) { try ScriptFile(text: "== a\nnonsense", path: "self.script") }
    #expect(throws: ScriptFault.self) {
      try ScriptFile(text: "zone Europe/London\n== a\ncall 2025-03-30T01:30", path: "self.script")
    }
  }
}
