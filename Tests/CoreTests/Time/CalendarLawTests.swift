import Foundation
import Testing

@testable import Core

/// Laws that windows of every kind keep, at random instants of which half are near a change of clocks.
///
/// `NADI_LAW_SEED` in the environment is another seed. All zones together are more than 100,000 cases.
@Suite struct CalendarLawTests {
  static let zoneNames = [
    "UTC", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns", "Africa/Monrovia",
    "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Casablanca", "Asia/Tehran",
  ]

  @Test(arguments: zoneNames)
  func windowsKeepTheLaws(zoneName: String) throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["NADI_LAW_SEED"].flatMap { UInt64($0) } ?? 20_261_124
    let zone = try SystemZone.named(zoneName)
    var random = SplitMix(state: seed ^ zoneName.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    let changes = zone.spanStarts.filter { (0...2_100_000_000_000).contains($0) }
    var naive = NaiveWindows(zone: zone)
    var failures: [String] = []
    var caseCount = 0
    for (kind, count) in WindowLawKinds.all {
      #expect(kind.isValid, "\(kind)")
      var laws = WindowLaws(WindowCalendar(kind: kind, zone: zone))
      for _ in 0..<count {
        caseCount += 1
        let instant = Self.instant(near: changes, &random)
        for broken in laws.broken(at: instant, &naive, &random) where failures.count < 20 {
          failures.append("\(kind) at \(instant): \(broken)")
        }
      }
    }
    #expect(failures == [], "\(zoneName), seed \(seed)")
    #expect(caseCount >= 10_500)
  }

  private static func instant(near changes: [Instant], _ random: inout SplitMix) -> Instant {
    guard let change = changes.randomElement(using: &random), Bool.random(using: &random) else {
      return Instant.random(in: 0...2_100_000_000_000, using: &random)
    }
    switch Int.random(in: 0...3, using: &random) {
    case 0: return change + Int64.random(in: -1...1, using: &random)
    case 1: return change + Int64.random(in: -Millis.hour...Millis.hour, using: &random)
    default: return change + Int64.random(in: -3 * Millis.day...3 * Millis.day, using: &random)
    }
  }

  @Test(arguments: WindowLawKinds.all.map(\.kind))
  func noInstantTraps(kind: WindowKind) throws {
    let calendar = WindowCalendar(kind: kind, zone: try SystemZone.named("Europe/London"))
    for instant in [Instant.min, -Millis.limit, 0, Millis.limit, .max] {
      for bounds in calendar.windows(containing: instant) {
        #expect(bounds.contains(Millis.clamped(instant)))
        #expect(!calendar.label(bounds).isEmpty)
        _ = (calendar.opening(of: bounds), calendar.previous(of: bounds))
      }
      _ = calendar.windowsAfter(instant)
    }
  }
}
