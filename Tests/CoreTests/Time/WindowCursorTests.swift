import Testing

@testable import Core

@Suite struct WindowCursorTests {
  @Test(arguments: WindowCalendarTests.kinds + [.all])
  func agreesWithItsCalendarInAnyOrder(kind: WindowKind) throws {
    let calendar = WindowCalendar(kind: kind, zone: try SystemZone.named("America/St_Johns"))
    var cursor = WindowCursor(calendar)
    var random = SplitMix(state: 11)
    var now: Instant = 1_100_000_000_000
    var failures: [Instant] = []
    for _ in 0..<4_000 {
      now += Int64.random(in: 0...20_000_000, using: &random)
      // Mostly near the front, sometimes years back, now and then absurd.
      let back = Int64.random(in: 0...100_000, using: &random)
      let instant =
        switch random.next() % 16 {
        case 0: now - back * 3_000_000
        case 1: Instant.random(in: .min ... .max, using: &random)
        default: now - back
        }
      if cursor.bounds(containing: instant) != calendar.bounds(containing: instant) {
        failures.append(instant)
      }
    }
    #expect(failures == [])
  }
}
