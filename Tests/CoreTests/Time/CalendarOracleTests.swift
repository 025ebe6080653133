import Foundation
import Testing

@testable import Core

/// Compares windows with those of Python's zoneinfo and datetime: 42 zones, 30 years each, every boundary.
@Suite struct CalendarOracleTests {
  @Test func boundariesAgreeWithPython() throws {
    let output = try oracleOutput()
    var comparison = CalendarComparison()
    // Byte by byte: tests run unoptimised, and generic splitting of 15 MB would take most of the time.
    try output.withUnsafeBytes { raw in
      var start = 0
      while let newline = memchr(raw.baseAddress! + start, 10, raw.count - start) {
        let end = UnsafeRawPointer(newline) - raw.baseAddress!
        try comparison.take(UnsafeRawBufferPointer(rebasing: raw[start..<end]))
        start = end + 1
      }
    }
    #expect(comparison.differences == [])
    #expect(comparison.zoneNames.count >= 40)
    #expect(comparison.windowCount > 600_000)
  }

  private func oracleOutput() throws -> Data {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("calendar_oracle.py")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return output
  }
}
