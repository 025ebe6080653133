import Foundation
import Testing

@testable import Simulator

@Suite struct PartsTests {
  @Test func elementaryFunctionsAreAccurate() {
    for step in 1...2_000 {
      let value = Double(step) * 0.037
      #expect(abs(Randomness.logarithm(of: value) - log(value)) < 1e-8)
      let power = value / 10 - 4
      #expect(abs(Randomness.exponential(of: power) / exp(power) - 1) < 1e-8)
    }
  }

  @Test func distributionsHaveTheirMoments() {
    var random = Randomness(seed: 3)
    let count = 100_000
    let normals = (0..<count).map { _ in random.normal() }
    #expect(abs(normals.reduce(0, +) / Double(count)) < 0.02)
    #expect(abs(normals.reduce(0) { $0 + $1 * $1 } / Double(count) - 1) < 0.02)
    let waits = (0..<count).map { _ in random.exponential(mean: 5) }
    #expect(abs(waits.reduce(0, +) / Double(count) - 5) < 0.1)
    let lengths = (0..<count).map { _ in random.logNormal(median: 3, spread: 0.6) }.sorted()
    #expect(abs(lengths[count / 2] - 3) < 0.05)
    let faces = (0..<6_000).map { _ in random.between(1, 6) }
    #expect(Set(faces) == Set(1...6))
  }

  @Test func heapKeepsOrderAmongEqualTimes() {
    var random = Randomness(seed: 5)
    var agenda = Agenda()
    let times = (0..<2_000).map { _ in random.between(0, 50) }
    for (index, time) in times.enumerated() { agenda.plan(.act, at: time, subject: Int64(index)) }
    let expected = times.enumerated().sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }.map(
      \.offset)
    var given: [Int] = []
    while let action = agenda.removeNext() { given.append(Int(action.subject)) }
    #expect(given == expected)
  }

  @Test func instantsAreWrittenAsFoundationReadsThem() throws {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    for step in -40...400 {
      let instant = Int64(step) * 11_111_111_111 + 7
      var bytes: [UInt8] = []
      DecimalDigits.append(instant: instant, to: &bytes)
      let date = try Date(String(decoding: bytes, as: UTF8.self), strategy: style)
      #expect(Int64((date.timeIntervalSince1970 * 1_000).rounded()) == instant)
    }
  }

  @Test func workHoursFollowTheLocalWeek() {
    let hours = WorkHours(offsetMillis: 480 * 60_000)
    let monday = Recording.start
    #expect(hours.weekday(ofDay: hours.localDay(monday)) == 0)
    #expect(hours.weekday(ofDay: hours.localDay(monday - 1)) == 6)
    #expect(hours.nextOpening(after: monday) == monday + 9 * Length.hour)
    #expect(hours.nextOpening(after: monday + 9 * Length.hour) == monday + 33 * Length.hour)
    let friday = monday + 4 * Length.day
    #expect(hours.nextOpening(after: friday + 18 * Length.hour) == monday + 7 * Length.day + 9 * Length.hour)
    #expect(hours.next(weekday: 0, timeOfDayMillis: 0, from: monday) == monday)
    #expect(hours.next(weekday: 0, timeOfDayMillis: 0, from: monday + 1) == monday + 7 * Length.day)
    #expect(!hours.isWorking(friday + 18 * Length.hour))
    #expect(hours.isWorking(friday + 18 * Length.hour - 1))
  }
}
