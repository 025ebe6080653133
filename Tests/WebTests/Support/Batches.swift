import Core
import Foundation

@testable import Service
@testable import Web

/// An update as a test writes it; the value is JSON with the members that the page and the tests read.
struct SampleUpdate {
  var metric = "calls"
  var scope = "rep"
  var id = "rep-1"
  var grain = "day"
  /// The number of the day since 2026-01-01, whose window it is; nil for all time.
  var day: Int? = 0
  var currency = ""
  var parent = ""
  /// Nil for no value.
  var value: Int? = 1
  var revision = 1
  var isTombstone = false

  static let first: Int64 = 1_767_225_600_000

  var start: Int64 { day.map { Self.first + Int64($0) * Millis.day } ?? WindowBounds.earliest }
  var end: Int64 { day == nil ? WindowBounds.latest : start + Millis.day }
  var startText: String { day == nil ? "" : Zone.utc.format(start) }

  var key: String {
    "\(metric)|\(scope)|\(id)|\(grain)|\(startText)" + (currency.isEmpty ? "" : "|\(currency)")
  }

  var json: String {
    isTombstone
      ? "{\"key\":\"\(key)\",\"value\":null}"
      : "{\"metric\":\"\(metric)\",\"scope\":\"\(scope)\",\"scopeId\":\"\(id)\","
        + "\"window\":{\"grain\":\"\(grain)\"},"
        + "\"value\":\(value.map { String($0) } ?? "null"),\"revision\":\(revision)}"
  }
}

extension CommittedUpdates {
  /// A batch as the publisher would hand it over.
  convenience init(_ samples: [SampleUpdate], omitted: UInt64 = 0, omitsCompany: Bool = false) {
    var bytes: [UInt8] = []
    let updates = samples.map { sample in
      let start = bytes.count
      bytes += Array(sample.key.utf8)
      let value = bytes.count
      bytes += Array(sample.json.utf8)
      let parent = bytes.count
      bytes += Array(sample.parent.utf8)
      return CommittedUpdate(
        key: start..<value, value: value..<parent, parentId: parent..<bytes.count, start: sample.start,
        end: sample.end,
        number: sample.value.map { PublishedNumber(millionths: Int128($0) * 1_000_000) } ?? .null,
        isCompany: sample.scope == "company", isTombstone: sample.isTombstone)
    }
    self.init(bytes: bytes, updates: updates, omitted: omitted, omitsCompany: omitsCompany)
  }
}

extension UpdateView {
  func take(_ samples: [SampleUpdate], omitted: UInt64 = 0, omitsCompany: Bool = false) {
    let batch = CommittedUpdates(samples, omitted: omitted, omitsCompany: omitsCompany)
    apply(batch.updates.map { ViewCell($0, in: batch.bytes) }, omitted: omitted, omitsCompany: omitsCompany)
  }

  func keys(_ query: [String: String] = [:], latestOnly: Bool = false) -> [String] {
    select(UpdateFilter(query), latestOnly: latestOnly).map(\.key)
  }
}
