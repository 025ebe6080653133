import Testing

@testable import Kafka

struct TokenRefreshTests {
  @Test func tokenIsTakenWhenItWasReadTwice() {
    var readings: [String?] = ["old", nil, "ne", "new", "new", "other"]
    #expect(TokenRefresh.settled { readings.removeFirst() } == "new")
    #expect(readings == ["other"])
  }

  @Test func fileThatNeverSettlesIsGivenUp() {
    var count = 0
    let token = TokenRefresh.settled {
      count += 1
      return "\(count)"
    }
    #expect(token == nil)
    #expect(count == 10)
    #expect(TokenRefresh.settled { nil } == nil)
  }
}
