import Core
import Testing

@testable import Service

/// More reps than a partition may know: further ones are added up under one name, counted, and nothing is lost.
@Suite struct CardinalityTests {
  @Test func namesBeyondTheLimitAreAddedUp() throws {
    let input = (0..<50).map { number in
      Input.call("c\(number)", rep: "rep-\(number)", at: "2025-03-03T01:00:00Z")
    }
    let run = try EngineRun(input, dimensionValues: 20)
    #expect(run.books.counted == 50)
    #expect(run.overflowCount >= 30)
    let calls = run.updates.values.filter { $0.key.hasPrefix("calls|rep|") && $0.key.hasSuffix("|all") }
    #expect(calls.count <= 21)
    #expect(calls.keys.contains { $0.hasPrefix("calls|rep|__other__|") })
    let unbounded = try EngineRun(input)
    #expect(unbounded.overflowCount == 0)
    #expect(unbounded.updates.values.keys.count { $0.hasPrefix("calls|rep|") && $0.hasSuffix("|all") } == 50)
    let company = run.updates.leavingOut("calls|rep|").values.filter { $0.key.hasPrefix("calls|company|") }
    #expect(!company.isEmpty)
    for (key, value) in company { #expect(unbounded.updates.values[key] == value, "\(key)") }
  }
}
