import Testing

@testable import Core

@Suite struct RFC3339Tests {
  private func parse(_ text: String) -> Instant? {
    var copy = text
    return copy.withUTF8 { RFC3339.parseInstant($0) }
  }

  private func parseLocal(_ text: String, _ zone: Zone) -> Instant? {
    var copy = text
    return copy.withUTF8 { RFC3339.parseLocal($0, zone: zone) }
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-24T01:10:17.250Z", 1_795_482_617_250),
      ("2026-11-24T01:10:17.25z", 1_795_482_617_250),
      ("2026-11-24t09:10:17.2509999999999+08:00", 1_795_482_617_250),
      ("2026-11-24 09:10:17+0800", 1_795_482_617_000), ("2026-11-23T19:10:17.000-06:00", 1_795_482_617_000),
      ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("2016-12-31T23:59:60.5Z", 1_483_228_800_500),
      ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("1969-12-31T23:59:59.999Z", -1),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
      ("2026-01-01T00:00:00-00:00", 1_767_225_600_000), ("2026-01-01T18:00:00+18:00", 1_767_225_600_000),
      ("2026-01-01T00:00:00.\(String(repeating: "9", count: 400))Z", 1_767_225_600_999),
    ] as [(String, Instant)])
  func instants(text: String, instant: Instant) {
    #expect(parse(text) == instant)
  }

  @Test(arguments: [
    "", "Z", "2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z",
    "2026-01-01T00:00:00.5", "2026-01-01T00:00:00+18:01", "2026-01-01T00:00:00+19:00",
    "2026-01-01T00:00:00+01:60",
    "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00+01", "2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00 Z",
    "0000-01-01T00:00:00Z", "2026/01/01T00:00:00Z", "2026-01-01_00:00:00Z", "2026-01-01T00:00:00+01-00",
    "202a-01-01T00:00:00Z", "2026-01-01T0/:00:00Z", "2026-01-01T00:00:0:Z", "+2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00*01:00", "2026-01-01T00.00:00Z", "2026-01-01T00:00:00,5Z",
    "2026-01-01\u{0}00:00:00Z",
    "2026-01-01T00:00:00+0a:00", "2026-01-01T00:00:00:", "2026-1-01T00:00:00ZZZZ",
  ])
  func notInstants(text: String) {
    #expect(parse(text) == nil)
  }

  @Test func everyTwoDigitPairIsCheckedByValue() {
    var accepted = 0
    for first in UInt8.min ... .max {
      for second in UInt8.min ... .max {
        let bytes = Array("2026-01-01T00:".utf8) + [first, second] + Array(":00Z".utf8)
        if bytes.withUnsafeBufferPointer({ RFC3339.parseInstant($0) }) != nil { accepted += 1 }
      }
    }
    #expect(accepted == 60)
  }

  @Test(arguments: [
    ("2026-11-24", "2026-11-24T00:00:00Z"), ("2026-07-01", "2026-07-01T00:00:00+01:00"),
    ("2026-07-01T12:30:00.5", "2026-07-01T12:30:00.500+01:00"),
    ("2026-07-01 12:30:00", "2026-07-01T12:30:00+01:00"),
    // Jumped over: moved on by an hour. Shown twice: the first.
    ("2026-03-29T01:30:00", "2026-03-29T02:30:00+01:00"),
    ("2026-03-29T01:00:00", "2026-03-29T02:00:00+01:00"),
    ("2026-03-29T00:59:59", "2026-03-29T00:59:59Z"), ("2026-10-25T01:30:00", "2026-10-25T01:30:00+01:00"),
    ("2026-10-25T02:00:00", "2026-10-25T02:00:00Z"),
  ])
  func localTimes(text: String, expected: String) throws {
    let zone = try SystemZone.named("Europe/London")
    #expect(parseLocal(text, zone).map { zone.format($0) } == expected)
  }

  @Test(arguments: [
    "2026-02-30", "2026-11-2", "2026-11-24T", "2026-11-24T10:00:00Z", "2026-11-24T10:00:00.", "",
  ])
  func notLocalTimes(text: String) {
    #expect(parseLocal(text, .utc) == nil)
  }

  @Test func textRoundTrips() throws {
    var random = SplitMix(state: 3)
    let zones = try ["UTC", "Australia/Lord_Howe", "America/St_Johns"].map { try SystemZone.named($0) }
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: RFC3339.capacity)
    defer { bytes.deallocate() }
    var failures: [Instant] = []
    for _ in 0..<20_000 {
      let instant = Instant.random(in: -62_000_000_000_000...253_000_000_000_000, using: &random)
      let length = RFC3339.writeUTC(instant, into: bytes)
      if length != 24 || RFC3339.parseInstant(UnsafeBufferPointer(rebasing: bytes[..<length])) != instant {
        failures.append(instant)
      }
      for zone in zones {
        // Local mean time has seconds in its offset, which RFC 3339 cannot read back.
        guard zone.offsetMillis(at: instant) % Millis.minute == 0 else { continue }
        let length = RFC3339.write(instant, zone: zone, into: bytes)
        if RFC3339.parseInstant(UnsafeBufferPointer(rebasing: bytes[..<length])) != instant {
          failures.append(instant)
        }
      }
    }
    #expect(failures == [])
  }

  @Test func extremesFitTheCapacity() throws {
    let zone = try SystemZone.named("Europe/London")
    #expect(zone.format(.min).utf8.count <= RFC3339.capacity)
    #expect(zone.format(.max).hasPrefix("+285"))
    #expect(zone.format(-5_000_000_000_001) == "1811-07-23T15:05:24.999-00:01:15")
  }
}
