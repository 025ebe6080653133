import Testing

@testable import Core

@Suite struct ZoneTests {
  @Test(arguments: [
    // Clocks went from midnight to one o'clock.
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"),
    // Clocks went from one minute past midnight back to the day before.
    ("America/St_Johns", "2006-10-29", "2006-10-29T00:00:00-02:30"),
    // The whole day was skipped.
    ("Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"),
    ("Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00"),
    // The offset was minus 44 minutes and 30 seconds.
    ("Africa/Monrovia", "1972-01-07", "1972-01-07T00:44:30Z"),
    ("Africa/Monrovia", "1972-01-06", "1972-01-06T00:00:00-00:44:30"),
    ("Asia/Kuala_Lumpur", "1982-01-01", "1982-01-01T00:00:00+08:00"),
    ("Asia/Kuala_Lumpur", "2017-04-01", "2017-04-01T00:00:00+08:00"),
    ("Asia/Tehran", "2022-03-22", "2022-03-22T01:00:00+04:30"),
    ("UTC", "2026-11-24", "2026-11-24T00:00:00Z"),
  ])
  func localStarts(zoneName: String, date: String, start: String) throws {
    let zone = try SystemZone.named(zoneName)
    let found = zone.localStart(of: try #require(CivilDate(date)))
    #expect(zone.format(found) == start)
    #expect(zone.civilDate(at: found - 1) < zone.civilDate(at: found))
  }

  @Test func spansMeet() throws {
    let zone = try SystemZone.named("Europe/London")
    var span = zone.transitionBounds(around: .min)
    #expect(span.start == .min)
    #expect(span.offsetMillis == -75_000)
    var count = 1
    while span.end != .max {
      let next = zone.transitionBounds(around: span.end)
      #expect(next.start == span.end && next.offsetMillis != span.offsetMillis)
      #expect(zone.offsetMillis(at: span.end - 1) == span.offsetMillis)
      span = next
      count += 1
    }
    #expect(zone.civilDate(at: span.start).description == "2200-10-26")
    #expect(count > 450)
  }

  @Test func utcHasOneSpan() throws {
    #expect(Zone.utc.transitionBounds(around: 0) == ZoneSpan(start: .min, end: .max, offsetMillis: 0))
    #expect(try SystemZone.named("UTC") == .utc)
    #expect(Zone.utc.format(1_795_482_617_250) == "2026-11-24T01:10:17.250Z")
  }

  @Test func truncatedFilesThrow() throws {
    let bytes = try SystemZone.bytes("Europe/London")
    for length in 0..<bytes.count {
      #expect(throws: ZoneError.self) { try Zone(name: "cut", tzif: Array(bytes[..<length])) }
    }
  }

  @Test func damagedFilesNeverTrap() throws {
    let whole = try SystemZone.bytes("Asia/Kathmandu")
    let rule = try SystemZone.bytes("America/St_Johns").suffix(40)
    var thrown = 0
    for bytes in [whole, file(footer: "NST3:30NDT,M3.2.0,M11.1.0"), Array(whole.dropLast(20) + rule)] {
      for bit in 0..<(bytes.count * 8) {
        var damaged = bytes
        damaged[bit / 8] ^= 1 << (bit % 8)
        do {
          let zone = try Zone(name: "damaged", tzif: damaged)
          let calendar = WindowCalendar(kind: .day, zone: zone)
          for instant in [-Millis.limit, -500_000_000_000, 0, 1_700_000_000_000, Millis.limit] {
            #expect(calendar.bounds(containing: instant).contains(instant), "bit \(bit)")
          }
        } catch {
          thrown += 1
        }
      }
    }
    #expect(thrown > 500)
  }

  @Test func absurdCountsThrow() throws {
    let bytes = try SystemZone.bytes("Asia/Kathmandu")
    for position in stride(from: 20, to: 44, by: 4) {
      var damaged = bytes
      damaged.replaceSubrange(position..<(position + 4), with: [0xFF, 0xFF, 0xFF, 0xFF])
      #expect(throws: ZoneError.self) { try Zone(name: "absurd", tzif: damaged) }
    }
  }

  @Test func errorsSayWhatAndWhere() {
    #expect(throws: ZoneError(zone: "none", reason: .notZoneFile, byteOffset: 0)) {
      try Zone(name: "none", tzif: [UInt8](repeating: 0, count: 50))
    }
    let error = ZoneError(zone: "Mars/Base", reason: .truncated(neededBytes: 44), byteOffset: 3)
    #expect(
      error.description
        == "zone Mars/Base: the file ends where 44 more bytes are needed at byte 3;"
        + " reinstall the time zone data or name another zone")
  }

  @Test(arguments: [
    ("EST5", "2026-07-01T00:00:00-05:00"),
    ("<+0330>-3:30", "2026-07-01T03:30:00+03:30"),
    ("XXX3EDT4,0/0,J365/23", "2026-07-01T01:00:00-04:00"),
    ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T06:00:00+01:00"),
    ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-07-01T04:00:00-01:00"),
    ("AAA0BBB,J60/0,J61/0", "2028-03-01T12:00:00+01:00"),
    ("AAA0BBB,59/0,60/0", "2028-02-29T12:00:00+01:00"),
    ("AAA-10BBB,M10.1.0,M4.1.0/3", "2027-01-01T00:00:00+11:00"),
  ])
  func footers(rule: String, local: String) throws {
    let zone = try Zone(name: rule, tzif: file(footer: rule))
    #expect(zone.format(try SystemZone.instant(local)) == local)
  }

  @Test(arguments: [
    "E5", "EST", "EST5EDT", "EST25", "EST5EDT,M13.1.0,M1.1.0", "EST5EDT,M3.6.0,M1.1.0",
    "EST5EDT,J0,J1", "EST5EDT,366,1", "EST5EDT,M3.2.0/168,M11.1.0", "EST5EDT,M3.2.0,M11.1.0,", "<EST5",
    "EST5:60",
  ])
  func invalidFootersThrow(rule: String) {
    #expect(throws: ZoneError(zone: "z", reason: .invalidFooter, byteOffset: 103)) {
      try Zone(name: "z", tzif: file(footer: rule))
    }
  }

  /// A file of version 3 without transitions: two headers, each with one type at UTC, and the footer.
  private func file(footer: String) -> [UInt8] {
    let counts: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    let header = Array("TZif3".utf8) + [UInt8](repeating: 0, count: 15) + counts
    let block = header + [0, 0, 0, 0, 0, 0, 0]
    return block + block + Array("\n\(footer)\n".utf8)
  }
}
