import Foundation
import Testing

@testable import Service
@testable import Web

@Suite struct LeaderboardTests {
  private func board(
    _ samples: [SampleUpdate], start: String? = nil, currency: String? = nil, isDescending: Bool = true,
    limit: Int = 10
  ) -> Leaderboard {
    let view = UpdateView(bytesMax: 1 << 20)
    view.take(samples)
    return Leaderboard(
      view.select(UpdateFilter()), metric: "calls", scope: "rep", grain: "day", start: start,
      currency: currency,
      isDescending: isDescending, limit: limit)
  }

  private func places(_ board: Leaderboard) -> [String] {
    board.places.map { "\($0.rank) \($0.cell.scopeId)" }
  }

  @Test func equalValuesShareARank() {
    let samples = [("d", 3), ("a", 9), ("c", 7), ("b", 7)].map { SampleUpdate(id: $0.0, value: $0.1) }
    #expect(places(board(samples)) == ["1 a", "2 b", "2 c", "4 d"])
    #expect(places(board(samples, isDescending: false)) == ["1 d", "2 b", "2 c", "4 a"])
    #expect(places(board(samples, limit: 2)) == ["1 a", "2 b"])
    #expect(board(samples, limit: 2).total == 4)
  }

  @Test func theNewestWindowWithValuesAndTheUsualCurrency() {
    var samples = [
      SampleUpdate(id: "a", day: 1, currency: "MYR"), SampleUpdate(id: "b", day: 1, currency: "MYR"),
    ]
    samples += [
      SampleUpdate(id: "c", day: 1, currency: "USD"), SampleUpdate(id: "d", day: 0, currency: "EUR"),
    ]
    samples.append(SampleUpdate(id: "e", day: 2, currency: "MYR", value: nil))
    #expect(places(board(samples)) == ["1 a", "1 b"])
    #expect(places(board(samples, currency: "USD")) == ["1 c"])
    #expect(places(board(samples, start: SampleUpdate(day: 0).startText)) == ["1 d"])
    #expect(board([]).places.isEmpty)
  }

  @Test func theDocumentHoldsTheUpdatesAsTheyWerePublished() throws {
    let samples = [SampleUpdate(id: "a", value: 2), SampleUpdate(id: "b", value: 5)]
    let object = try JSONSerialization.jsonObject(with: Data(board(samples).json))
    let document = try #require(object as? [String: Any])
    let places = try #require(document["places"] as? [[String: Any]])
    #expect(places.map { ($0["update"] as? [String: Any])?["scopeId"] as? String } == ["b", "a"])
    #expect(document["currency"] is NSNull)
    #expect(document["start"] as? String == SampleUpdate().startText)
  }

  @Test(arguments: ["plain", "qu\"ote", "back\\slash", "line\nend\u{1}", "ünï"])
  func textsAreQuoted(_ text: String) throws {
    let array = "[" + JSONText.quoted(text) + "]"
    #expect(try JSONSerialization.jsonObject(with: Data(array.utf8)) as? [String] == [text])
  }
}
