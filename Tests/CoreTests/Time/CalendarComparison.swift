import Foundation
import Testing

@testable import Core

/// Takes the lines of `calendar_oracle.py` and collects where a calendar does not agree.
struct CalendarComparison {
  private(set) var differences: [String] = []
  private(set) var windowCount = 0
  private(set) var zoneNames: Set<String> = []

  private var calendar = WindowCalendar(kind: .all, zone: .utc)
  private var cursor = WindowCursor(WindowCalendar(kind: .all, zone: .utc))
  private var pending: (label: UnsafeRawBufferPointer, start: Instant)?

  /// The bytes of a line must outlive the next call.
  mutating func take(_ line: UnsafeRawBufferPointer) throws {
    guard line.first != UInt8(ascii: "#") else {
      return try begin(String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init))
    }
    var position = 0
    while position < line.count, line[position] != UInt8(ascii: " ") { position += 1 }
    let label = UnsafeRawBufferPointer(rebasing: line[..<position])
    position += 1
    let isNegative = line[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    var seconds: Int64 = 0
    while position < line.count {
      seconds = seconds * 10 + Int64(line[position] - 48)
      position += 1
    }
    let start = (isNegative ? -seconds : seconds) * 1_000
    if let pending { compare(label: pending.label, with: WindowBounds(start: pending.start, end: start)) }
    pending = (label, start)
  }

  private mutating func begin(_ words: [String]) throws {
    try #require(words.count == 4 && words[0] == "#")
    let parameter = try #require(Int(words[3]))
    let kind: WindowKind
    switch words[2] {
    case "day": kind = .day
    case "week": kind = .week(firstDay: parameter)
    case "month": kind = .month
    case "quarter": kind = .quarter
    case "year": kind = .year
    case "fiscalQuarter": kind = .fiscalQuarter(firstMonth: parameter)
    case "fiscalYear": kind = .fiscalYear(firstMonth: parameter)
    default:
      Issue.record("unknown grain \(words[2])")
      return
    }
    zoneNames.insert(words[1])
    calendar = WindowCalendar(kind: kind, zone: try SystemZone.named(words[1]))
    cursor = WindowCursor(calendar)
    pending = nil
  }

  private mutating func compare(label: UnsafeRawBufferPointer, with expected: WindowBounds) {
    windowCount += 1
    var found = calendar.label(expected)
    let labelAgrees = found.withUTF8 {
      $0.count == label.count && memcmp($0.baseAddress!, label.baseAddress!, label.count) == 0
    }
    let agrees =
      labelAgrees && calendar.bounds(containing: expected.start) == expected
      && cursor.bounds(containing: expected.end - 1) == expected
    guard !agrees, differences.count < 20 else { return }
    differences.append(
      "\(calendar.zone.name) \(calendar.kind) \(String(decoding: label, as: UTF8.self)): \(expected)"
        + " is \(calendar.bounds(containing: expected.start)), \(found)")
  }
}
