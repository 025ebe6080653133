import Foundation
import Testing

@testable import Core

/// Takes the lines of `calendar_oracle.py` and collects where a calendar does not agree.
///
/// Tests run unoptimised and there are millions of lines, so it works on bytes.
struct CalendarComparison {
  private(set) var differences: [String] = []
  private(set) var windowCount = 0
  private(set) var zoneNames: Set<String> = []
  private(set) var grains: Set<String> = []

  private var calendar = WindowCalendar(kind: .all, zone: .utc)
  private var cursor = WindowCursor(WindowCalendar(kind: .all, zone: .utc))
  /// Of windows that follow one another: the one whose end is in the next line.
  private var pending: (label: UnsafeRawBufferPointer, start: Instant)?
  /// Of windows that overlap: the instant, and those that hold it.
  private var instant: Instant?
  private var expected: [WindowBounds] = []
  /// Few for each calendar, so that one fault does not hide the others.
  private var leftToReport = 0

  /// Every line of a buffer that ends with a newline and outlives the call.
  mutating func take(all bytes: UnsafeRawBufferPointer) throws {
    guard let base = bytes.baseAddress else { return }
    var start = 0
    while start < bytes.count, let newline = memchr(base + start, 10, bytes.count - start) {
      let end = UnsafeRawPointer(newline) - base
      try take(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      start = end + 1
    }
    finishMoment()
  }

  private mutating func take(_ line: UnsafeRawBufferPointer) throws {
    if line[0] == UInt8(ascii: "#") {
      return try begin(String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init))
    }
    var end = line.count
    let last = Self.lastNumber(line, &end)
    if line[0] == UInt8(ascii: "@") {
      finishMoment()
      instant = last
    } else if let instant {
      let bounds = WindowBounds(start: Self.lastNumber(line, &end), end: last)
      expected.append(bounds)
      // A cumulative window is there again at a later moment.
      let isNew = instant == bounds.start || !calendar.kind.isCumulative
      if isNew { compare(label: UnsafeRawBufferPointer(rebasing: line[..<end]), of: bounds) }
    } else {
      if let pending {
        compare(label: pending.label, with: WindowBounds(start: pending.start, end: last))
      }
      pending = line[0] == UInt8(ascii: "-") ? nil : (UnsafeRawBufferPointer(rebasing: line[..<end]), last)
    }
  }

  /// The number of seconds before `end`, in milliseconds; `end` becomes the place of the space before it.
  private static func lastNumber(_ line: UnsafeRawBufferPointer, _ end: inout Int) -> Instant {
    var seconds: Int64 = 0
    var factor: Int64 = 1
    end -= 1
    while line[end] != UInt8(ascii: " ") {
      if line[end] == UInt8(ascii: "-") {
        seconds = -seconds
      } else {
        seconds += Int64(line[end] - 48) * factor
        factor *= 10
      }
      end -= 1
    }
    return seconds * 1_000
  }

  private mutating func begin(_ words: [String]) throws {
    finishMoment()
    try #require(words.count == 4 && words[0] == "#")
    let kind = try CalendarGrain.kind(words[2], parameter: try #require(Int(words[3])))
    if words[1] != calendar.zone.name || kind != calendar.kind {
      let zone =
        words[1] == calendar.zone.name ? calendar.zone : try SystemZone.named(words[1])
      zoneNames.insert(words[1])
      grains.insert(words[2])
      calendar = WindowCalendar(kind: kind, zone: zone)
      cursor = WindowCursor(calendar)
      leftToReport = 2
    }
    pending = nil
  }

  private mutating func compare(label: UnsafeRawBufferPointer, with expected: WindowBounds) {
    compare(label: label, of: expected)
    if calendar.bounds(containing: expected.start) != expected
      || cursor.bounds(containing: expected.end - 1) != expected
    {
      report("\(expected) is \(calendar.bounds(containing: expected.start))")
    }
  }

  private mutating func compare(label: UnsafeRawBufferPointer, of bounds: WindowBounds) {
    windowCount += 1
    var found = calendar.label(bounds)
    let agrees = found.withUTF8 {
      $0.count == label.count && memcmp($0.baseAddress!, label.baseAddress!, label.count) == 0
    }
    if !agrees { report("\(bounds) is named \(found), not \(String(decoding: label, as: UTF8.self))") }
  }

  private mutating func finishMoment() {
    if let instant, calendar.windows(containing: instant) != expected {
      report("\(expected) at \(instant) are \(calendar.windows(containing: instant))")
    }
    instant = nil
    expected.removeAll(keepingCapacity: true)
  }

  private mutating func report(_ difference: String) {
    guard leftToReport > 0, differences.count < 100 else { return }
    leftToReport -= 1
    differences.append("\(calendar.zone.name) \(calendar.kind): \(difference)")
  }
}

extension WindowKind {
  fileprivate var isCumulative: Bool {
    if case .cumulative = self { true } else { false }
  }
}
