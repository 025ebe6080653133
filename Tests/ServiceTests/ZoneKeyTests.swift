import Foundation
import Testing

@testable import Service

@Suite struct ZoneKeyTests {
  /// Days of three zones with one offset begin together, and each has a number of its own.
  @Test func windowsOfDifferentZonesHaveDifferentKeys() throws {
    let zones =
      ", zone: Europe/Berlin, scopes: [team], built_in: [calls],"
      + " zones: { dimension: region, scopes: [team], values: { fr: Europe/Paris, nl: Europe/Amsterdam } }"
    let input = ["fr", "nl", "de"].map { region in
      InputRecord(
        partition: 0, key: [],
        value: Array(
          """
          {"entity":"activity","occurredAt":"2026-03-02T08:15:30Z",\
          "data":{"kind":"call","teamId":"t","regionId":"\(region)"}}
          """.utf8),
        timestampMillis: 1_772_439_330_000)
    }
    let run = try EngineRun(input, now: 1_772_439_331_000, parses: false, catalogue: zones)
    let keys = Set(run.encoded.map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    let day = "calls|team|t|day|2026-03-02T00:00:00+01:00"
    #expect(keys.isSuperset(of: [day, "\(day)[Europe/Paris]", "\(day)[Europe/Amsterdam]"]), "\(keys)")
    #expect(keys.count == run.encoded.count, "\(keys)")
  }
}
