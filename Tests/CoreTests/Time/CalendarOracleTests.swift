import Foundation
import Testing

@testable import Core

/// Compares windows with those of Python's zoneinfo and datetime: 42 zones, 30 years each, every boundary.
///
/// Hours are those of every day on which clocks change, of its neighbours, and of one day in 31; with
/// `NADI_FULL_CALENDAR` in the environment, of all days.
@Suite struct CalendarOracleTests {
  private static let shards = 6

  @Test(arguments: 0..<shards)
  func boundariesAgreeWithPython(shard: Int) throws {
    let output = try oracleOutput(shard)
    var comparison = CalendarComparison()
    try output.withUnsafeBytes { try comparison.take(all: $0) }
    #expect(comparison.differences == [])
    #expect(comparison.zoneNames.count == 7)
    #expect(comparison.grains.count == 33)
    #expect(comparison.windowCount > 400_000)
  }

  private func oracleOutput(_ shard: Int) throws -> Data {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("calendar_oracle.py")
    let isFull = ProcessInfo.processInfo.environment["NADI_FULL_CALENDAR"] != nil
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["python3", script.path, "\(shard)", "\(Self.shards)"] + (isFull ? ["full"] : [])
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return output
  }
}
