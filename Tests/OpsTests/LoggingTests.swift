import Foundation
import Logging
import Synchronization
import Testing

@testable import Service

/// What a line of the log looks like, and that no place of the code floods it.
@Suite struct LoggingTests {
  private final class Written: Sendable {
    let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
  }

  private static func logger(
    _ written: Written, format: NadiLogHandler.Format = .json, hasPriorities: Bool = false
  ) -> Logger {
    Logger(label: "test") { _ in
      NadiLogHandler(format: format, hasPriorities: hasPriorities) { line in
        written.lines.withLock { $0.append(line) }
      }
    }
  }

  @Test func jsonLinesSayTheSameWhateverTheText() throws {
    let written = Written()
    let hostile = "a \"quoted\"\n\u{1}\\ text = é"
    Self.logger(written).warning("\(hostile)", metadata: ["key": "\(hostile)", "b": "2"])
    let line = try #require(written.all.first)
    #expect(line.hasSuffix("}") && line.allSatisfy { !$0.isNewline })
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
    #expect(object["msg"] == hostile)
    #expect(object["key"] == hostile)
    #expect(object["level"] == "warning")
    let time = try #require(object["time"])
    let parser = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    #expect(abs(try parser.parse(time).timeIntervalSinceNow) < 60)
  }

  @Test func logfmtQuotesOnlyWhatNeedsIt() throws {
    let written = Written()
    Self.logger(written, format: .logfmt).info("two words", metadata: ["a": "plain", "b": "x y", "c": ""])
    let line = try #require(written.all.first)
    #expect(line.hasSuffix(#" level=info msg="two words" a=plain b="x y" c="""#))
  }

  @Test func prioritiesAreThoseOfTheJournal() {
    let written = Written()
    var logger = Self.logger(written, hasPriorities: true)
    logger.logLevel = .trace
    for level in Logger.Level.allCases { logger.log(level: level, "x") }
    #expect(written.all.map { $0.prefix(3) } == ["<7>", "<7>", "<6>", "<5>", "<4>", "<3>", "<2>"])
  }

  @Test func onePlaceIsHeldBackAndOthersAreNot() {
    let written = Written()
    let logger = Self.logger(written)
    for number in 0..<100 { logger.error("repeated \(number)") }
    logger.error("another place")
    #expect(written.all.count == LogLimiter.linesMax + 1)
    #expect(written.all.last?.contains("another place") == true)
    for _ in 0..<50 { logger.critical("last words") }
    #expect(written.all.count == LogLimiter.linesMax + 51)
  }

  @Test func partsOfALibraryAreCountedApart() {
    let written = Written()
    let logger = Self.logger(written)
    for part in ["FAIL", "FAIL", "FAIL", "FAIL", "FAIL", "FAIL", "REQTMOUT"] {
      logger.warning("librdkafka", metadata: ["facility": "\(part)"])
    }
    #expect(written.all.count == LogLimiter.linesMax + 1)
  }

  @Test func whatWasHeldBackIsToldOnce() {
    let limiter = LogLimiter()
    let site = LogLimiter.Site(file: "a", line: 1)
    for _ in 0..<LogLimiter.linesMax {
      #expect(limiter.admit(site, message: "m", nowMillis: 0) == .written(suppressed: 0))
    }
    for _ in 0..<7 { #expect(limiter.admit(site, message: "m", nowMillis: 9_999) == .heldBack) }
    #expect(limiter.takeOverdue(nowMillis: 9_999).isEmpty)
    #expect(limiter.admit(site, message: "m", nowMillis: 10_000) == .written(suppressed: 7))
    #expect(limiter.takeOverdue(nowMillis: 90_000).isEmpty)
    for _ in 0..<LogLimiter.linesMax + 2 { _ = limiter.admit(site, message: "n", nowMillis: 10_001) }
    let overdue = limiter.takeOverdue(nowMillis: 20_000)
    #expect(overdue.map(\.suppressed) == [3])
    #expect(overdue.map(\.message) == ["n"])
    #expect(limiter.takeOverdue(nowMillis: 30_000).isEmpty)
  }

  @Test func tooManyPlacesAreWrittenAndNotKept() {
    let limiter = LogLimiter()
    for line in 0..<UInt(LogLimiter.sitesMax * 3) {
      let site = LogLimiter.Site(file: "a", line: line)
      #expect(limiter.admit(site, message: "m", nowMillis: 0) == .written(suppressed: 0))
    }
  }
}
