import Foundation
import Testing

@testable import Service

/// What few people answered is not published, however often they answered.
@Suite struct SurveyTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The company's update of all time after an answer of each; nil is an answer that names nobody.
  private func update(_ metric: String, kind: String, _ respondents: [String?]) throws -> [String: Any] {
    let lines = respondents.enumerated().map { number, respondent in
      let person = respondent.map { #","respondent":"\#($0)""# } ?? ""
      return #"{"id":"a\#(number)","entity":"survey_response","occurredAt":"2025-03-03T01:00:00Z","#
        + #""data":{"kind":"\#(kind)","score":10,"teamId":"t"\#(person)}}"#
    }
    let path = try directory.file("events.ndjson", lines.joined(separator: "\n"))
    var options = ReplayService.Options(nowMillis: Input.start + 90 * 86_400_000)
    options.finalOnly = true
    options.partitionCount = 3
    let configuration = try Configurations.make(catalogue: ", built_in: [\(metric)], scopes: [company]")
    var printed: [Data] = []
    let service = try ReplayService(
      configuration: configuration, options: options, logger: LogRecorder().logger()
    ) { printed.append(Data($0)) }
    _ = try service.run(path: path)
    let updates = try printed.map { try JSONSerialization.jsonObject(with: $0) as? [String: Any] }
    let found = updates.first { ($0?["window"] as? [String: Any])?["grain"] as? String == "all" }
    return try #require(found ?? nil)
  }

  @Test(arguments: [("enps", "enps", 100), ("pulse_score", "pulse", 10)])
  func peopleCountAndNotTheirAnswers(metric: String, kind: String, value: Int) throws {
    let four = try update(metric, kind: kind, ["p", "q", "r", "s", "p", "q", "p"])
    #expect(four["suppressed"] as? Bool == true && four["value"] is NSNull && four["n"] is NSNull)
    // Who answers without a name cannot be told from others.
    for respondents in [["p", "q", "r", "s", "t", "p"], ["p", "q", "p", nil, nil, nil]] as [[String?]] {
      let five = try update(metric, kind: kind, respondents)
      #expect(five["suppressed"] as? Bool == false)
      #expect(five["value"] as? Int == value && five["n"] as? Int == 5)
    }
  }

  /// The scale is that of the kind, which a change of an answer need not name again.
  @Test func aScoreOutsideItsScaleIsRefusedInAChangeToo() throws {
    let lines = [
      #"{"entity":"survey_response","entityId":"a","occurredAt":"2025-03-03T01:00:00Z","data":{"kind":"enps","respondent":"p","score":8}}"#,
      #"{"entity":"survey_response","entityId":"a","occurredAt":"2025-03-03T02:00:00Z","data":{"score":-3}}"#,
      #"{"entity":"survey_response","entityId":"a","occurredAt":"2025-03-03T03:00:00Z","data":{"score":11}}"#,
      #"{"entity":"survey_response","entityId":"a","occurredAt":"2025-03-03T04:00:00Z","data":{"score":10}}"#,
      #"{"entity":"survey_response","entityId":"b","occurredAt":"2025-03-03T05:00:00Z","data":{"score":11}}"#,
    ]
    let path = try directory.file("changes.ndjson", lines.joined(separator: "\n"))
    let options = ReplayService.Options(nowMillis: Input.start + 90 * 86_400_000)
    let service = try ReplayService(
      configuration: try Configurations.make(catalogue: ", built_in: [enps], scopes: [company]"),
      options: options, logger: LogRecorder().logger()
    ) { _ in }
    let books = try service.run(path: path).books
    #expect(books.read == 5 && books.rejected == 2 && books.counted == 3)
  }
}
