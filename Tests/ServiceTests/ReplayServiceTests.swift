import Foundation
import Glibc
import Logging
import Testing

@testable import Service

@Suite struct ReplayServiceTests {
  private static let now = Input.start + 90 * 86_400_000
  private static let lines = Input.simulated(400, malformedShare: 0).map {
    String(decoding: $0.value, as: UTF8.self)
  }
  private let directory: TemporaryDirectory
  private let recorder = LogRecorder()

  init() throws { directory = try TemporaryDirectory() }

  private struct Replayed {
    var summary: ReplayService.Summary
    var updates = PublishedUpdates()
    /// Revisions of each key, in order.
    var revisions: [String: [Int]] = [:]
  }

  private func replay(
    _ path: String, finalOnly: Bool = false, batchSize: Int = 10_000, partitions: Int = 1,
    catalogue: String = ""
  ) throws -> Replayed {
    var options = ReplayService.Options(nowMillis: Self.now)
    options.finalOnly = finalOnly
    options.batchSize = batchSize
    options.partitionCount = partitions
    var printed: [Data] = []
    let service = try ReplayService(
      configuration: try Configurations.make(catalogue: catalogue), options: options,
      logger: recorder.logger()
    ) { printed.append(Data($0)) }
    var result = Replayed(summary: try service.run(path: path))
    #expect(printed.count == result.summary.updateCount)
    var last: [String: Data] = [:]
    for value in printed {
      let object = try #require(try JSONSerialization.jsonObject(with: value) as? [String: Any])
      let scope = try #require(object["scope"] as? String)
      let window = try #require(object["window"] as? [String: Any])
      let key =
        "\(object["metric"] ?? "")|\(scope)|\(object["scopeId"] ?? "")|\(window["grain"] ?? "")"
        + "|\(window["start"] ?? "")|\(object["currency"] ?? "")"
      last[key] = value
      result.revisions[key, default: []].append(object["revision"] as? Int ?? -1)
    }
    for (key, value) in last { try result.updates.set(key, value) }
    return result
  }

  private func file(_ text: String) throws -> String { try directory.file("events.ndjson", text) }

  @Test func finalEqualsTheLastOfEachKey() throws {
    let path = try file(Self.lines.joined(separator: "\n") + "\n")
    let final = try replay(path, finalOnly: true)
    let all = try replay(path, batchSize: 50)
    #expect(final.summary.books == all.summary.books)
    #expect(final.updates.differences(from: all.updates) == [])
    #expect(final.updates.values.count == final.summary.updateCount, "each key once")
    #expect(all.summary.updateCount > final.summary.updateCount)
    for (key, revisions) in all.revisions {
      #expect(zip(revisions, revisions.dropFirst()).allSatisfy { $0 < $1 }, "\(key): \(revisions)")
      #expect(try #require(final.revisions[key]?.first) >= revisions.last ?? 0, "\(key)")
    }
  }

  /// What was published stays in the topic, however old it is by the end.
  @Test func windowsPastTheirRetentionAreAmongTheFinalOnes() throws {
    let text = ([0, 20] as [Int64]).map { days in
      let time = Date(timeIntervalSince1970: Double(Input.start / 1_000 + days * 86_400))
      let written = time.formatted(.iso8601)
      return #"{"entity":"activity","occurredAt":"\#(written)","data":{"kind":"call"}}"# + "\n"
    }
    let path = try file(text.joined())
    let catalogue = ", retention: 2d, scopes: [company], built_in: [calls]"
    let all = try replay(path, batchSize: 1, catalogue: catalogue)
    let final = try replay(path, finalOnly: true, catalogue: catalogue)
    #expect(all.updates.values.count == 3, "two days, and all of time")
    #expect(final.updates.differences(from: all.updates) == [])
  }

  @Test(arguments: [1, 4])
  func batchSizeChangesNothing(partitions: Int) throws {
    let path = try file(Self.lines.prefix(200).joined(separator: "\n"))
    let small = try replay(path, batchSize: 1, partitions: partitions)
    let large = try replay(path, batchSize: 10_000, partitions: partitions)
    #expect(small.summary.books == large.summary.books)
    #expect(small.updates.differences(from: large.updates) == [])
    #expect(
      try replay(path, finalOnly: true, batchSize: 1, partitions: partitions).updates.differences(
        from: large.updates)
        == [])
  }

  @Test func lineEndsDoNotMatter() throws {
    let lines = Self.lines.prefix(50)
    let plain = try replay(try file(lines.joined(separator: "\n") + "\n"), finalOnly: true)
    #expect(plain.summary.books.read >= 50)
    for text in [
      lines.joined(separator: "\n"), lines.joined(separator: "\r\n") + "\r\n",
      "\n\r\n" + lines.joined(separator: "\n\n  \n") + "\n\n",
    ] {
      let other = try replay(try file(text), finalOnly: true)
      #expect(other.summary.books == plain.summary.books)
      #expect(other.updates == plain.updates)
    }
  }

  @Test func emptyFileHasNothingToSay() throws {
    for text in ["", "\n", "\r\n\r\n"] {
      let replayed = try replay(try file(text))
      #expect(replayed.summary.books.read == 0)
      #expect(replayed.summary.updateCount == 0)
    }
  }

  @Test func lineOfTwoMebibytesIsTooLarge() throws {
    let padding = String(repeating: "x", count: 2 << 20)
    let large = Input.call("c1", rep: "rep-1", at: "2025-03-03T01:00:00Z", extra: #","note":"\#(padding)""#)
    let small = Input.call("c2", rep: "rep-1", at: "2025-03-03T01:00:00Z")
    let text =
      String(decoding: large.value, as: UTF8.self) + "\n" + String(decoding: small.value, as: UTF8.self)
    let replayed = try replay(try file(text))
    #expect(replayed.summary.deadLetters == 1)
    #expect(replayed.summary.books.rejected == 1)
    #expect(replayed.summary.books.counted == 1)
    let warning = try #require(recorder.lines(containing: "cannot count").first)
    #expect(warning.metadata["reason"] == "too_large")
    #expect(warning.metadata["record"] == "1")
  }

  /// A part of the record is in it, so that whoever wants it has to ask.
  @Test func whatIsWrongIsSaidAtDebugOnly() throws {
    _ = try replay(try file(#"{"entity":"activity","occurredAt":"Ms Canary","data":{}}"#))
    let telling = recorder.lines.filter { "\($0.message) \($0.metadata)".contains("Canary") }
    #expect(telling.map(\.level) == [.debug])
    #expect(recorder.lines(containing: "cannot count").map(\.level) == [.warning])
  }

  /// `--final` is silent about numbers on the way, not about records that cannot count.
  @Test func finalReportsDeadLettersToo() throws {
    let text = "not json\n" + Self.lines.prefix(5).joined(separator: "\n")
    let all = try replay(try file(text))
    #expect(all.summary.deadLetters == 1)
    let final = try replay(try file(text), finalOnly: true)
    #expect(final.summary.books.rejected == 1)
    #expect(final.summary.deadLetters == 1)
    #expect(recorder.lines(containing: "cannot count").count == 2)
  }

  @Test func pipeIsReadLikeAFile() throws {
    let lines = Self.lines.prefix(100)
    let fromFile = try replay(try file(lines.joined(separator: "\n")), finalOnly: true)
    let path = directory.path + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    let text = lines.joined(separator: "\n")
    let writer = Thread {
      guard let handle = FileHandle(forWritingAtPath: path) else { return }
      // In pieces that end within lines.
      let bytes = Data(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: 1_000) {
        handle.write(bytes[start..<min(start + 1_000, bytes.count)])
      }
      try? handle.close()
    }
    writer.start()
    let piped = try replay(path, finalOnly: true)
    #expect(piped.summary.books == fromFile.summary.books)
    #expect(piped.updates == fromFile.updates)
  }

  @Test func unreadableInputIsAnInputFault() throws {
    for path in [directory.path + "/missing", directory.path] {
      let fault = #expect(throws: ServiceFault.self, "\(path)") { try replay(path) }
      #expect(fault?.code == .inputOutput)
    }
  }
}
