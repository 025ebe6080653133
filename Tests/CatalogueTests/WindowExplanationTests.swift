import Catalogue
import Core
import Foundation
import Testing

struct WindowExplanationTests {
  private func lines(
    windows: String, zone: String, at time: String, isWhole: Bool = false
  ) throws -> [String] {
    let yaml = """
      kafka: { brokers: a }
      input: { topics: t }
      catalogue: { zone: \(zone), built_in: [calls], windows: \(windows), grace: 2h, retention: 30d }
      """
    let catalogue = try #require(Files.load(yaml).0).catalogue
    var text = time
    let instant = try #require(text.withUTF8 { RFC3339.parseInstant($0) })
    return WindowExplanation(catalogue, isWhole: isWhole).text(at: instant)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func dayOfTwentyFiveHours() throws {
    let lines = try lines(windows: "[day, all]", zone: "Europe/London", at: "2026-10-25T13:30:00Z")
    #expect(
      lines == [
        "2026-10-25T13:30:00Z is 2026-10-25T13:30:00Z in Europe/London, Sunday",
        "",
        "day: 2026-10-25, 25h long",
        "  from  2026-10-24T23:00:00Z      2026-10-25T00:00:00+01:00",
        "  to    2026-10-26T00:00:00Z      2026-10-26T00:00:00Z            closes",
        "        2026-10-26T02:00:00Z      2026-10-26T02:00:00Z            final, 2h later",
        "        2026-11-25T00:00:00Z      2026-11-25T00:00:00Z            dropped, 30d after its end",
        "",
        "all: all of time; it never closes, and is kept for ever",
        "",
        "A window closes, and becomes final, when its partitions' watermark passes that time: the watermark is"
          + " 10s behind the newest event.",
      ])
  }

  @Test func manyWindowsOfOneKindAreCutShort() throws {
    let windows = "[{ name: last, size: 1m, slide: 1s }]"
    func heads(isWhole: Bool) throws -> [String] {
      try lines(windows: windows, zone: "UTC", at: "2026-11-24T01:10:17.250Z", isWhole: isWhole)
        .filter { $0.hasPrefix("last:") }
    }
    #expect(
      try heads(isWhole: false) == [
        "last: 2026-11-24T01:09:18Z, 1m long", "last: 2026-11-24T01:09:19Z, 1m long",
        "last: … 56 more, see --all …", "last: 2026-11-24T01:10:16Z, 1m long",
        "last: 2026-11-24T01:10:17Z, 1m long",
      ])
    #expect(try heads(isWhole: true).count == 60)
  }

  @Test func sessionsAreConditional() throws {
    let lines = try lines(
      windows: "[{ name: block, gap: 30m }]", zone: "Asia/Kuala_Lumpur", at: "2026-11-24T01:10:00Z")
    #expect(lines.contains("block: 2026-11-24T09:10:00+08:00, if no other event is less than 30m away"))
    #expect(
      lines.contains(
        "  to    2026-11-24T01:40:00Z      2026-11-24T09:40:00+08:00       closes"))
  }

  @Test func otherZonesAreNamed() throws {
    let (configuration, _) = Files.load(try Files.text("good", "time.yml"))
    let catalogue = try #require(configuration).catalogue
    let text = WindowExplanation(catalogue).text(at: 1_795_482_617_250)
    #expect(text.hasSuffix("look at them with --zone: Asia/Kuala_Lumpur, Asia/Tehran, UTC."))
    #expect(text.contains("rolling_28d: … 24 more, see --all …"))
  }
}
