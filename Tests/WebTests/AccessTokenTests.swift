import Testing

@testable import Web

@Suite struct AccessTokenTests {
  @Test func onlyTheWholeTokenMatches() throws {
    let secret = "correct-horse-battery"
    let token = try #require(AccessToken(secret))
    #expect(token.matches(secret.utf8))
    for place in secret.utf8.indices {
      #expect(!token.matches(secret.utf8[..<place]), "a beginning is not enough")
    }
    for place in 0..<secret.utf8.count {
      var other = Array(secret.utf8)
      other[place] ^= 1
      #expect(!token.matches(other), "byte \(place) counts")
    }
    #expect(!token.matches((secret + "x").utf8))
    #expect(!token.matches("".utf8))
  }

  @Test func shortTokensAreRefused() {
    #expect(AccessToken("fifteen-bytes-1") == nil)
    #expect(AccessToken("sixteen-bytes-12") != nil)
  }

  @Test func itDoesNotPrint() throws {
    let token = try #require(AccessToken("correct-horse-battery"))
    #expect("\(token) \(String(reflecting: token))".contains("horse") == false)
    var dumped = ""
    dump(token, to: &dumped)
    #expect(!dumped.contains("horse") && !dumped.contains("99"))
  }
}
