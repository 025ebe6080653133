import Testing

@testable import Core

/// How large the state is said to be.
@Suite struct StateSizeTests {
  private static func run(_ partitions: Int = 1) throws -> SampleRun {
    var options = SampleCatalogue.Options()
    options.windows = ["day"]
    options.scopes = ["company", "rep"]
    options.metrics = ["calls"]
    options.retentionMillis = 3 * SampleCatalogue.day
    options.graceMillis = SampleCatalogue.minute
    return SampleRun(try SampleCatalogue.compiled(options), partitions: partitions)
  }

  private static func call(_ number: Int, day: Int) -> SampleEvent {
    SampleEvent(
      "activity", at: SampleWorld.start + Int64(day) * SampleCatalogue.day,
      ["kind": .text("call"), "ownerId": .text("rep-\(number)")])
  }

  @Test func everyWindowOfEveryPartitionIsCounted() throws {
    let run = try Self.run(2)
    #expect(run.ledger.windowCount == 0)
    for day in 0..<3 {
      for partition in 0..<2 { run.feed(Self.call(partition, day: day), partition: partition) }
      run.publish()
      let days = Set(run.latest.keys.map(\.start)).count
      #expect(days == day + 1)
      #expect(run.ledger.windowCount == 2 * days, "one group of measures, two partitions")
    }
    for day in 3..<40 {
      for partition in 0..<2 { run.feed(Self.call(partition, day: day), partition: partition) }
      run.publish()
    }
    #expect(run.ledger.windowCount <= 2 * 5, "what is past its retention is gone")
  }

  @Test func memoryGrowsWithWhatIsKeptAndShrinksWithIt() throws {
    let run = try Self.run()
    run.feed(Self.call(0, day: 0))
    run.publish()
    let least = run.ledger.byteCount
    let repCount = 2_000
    for number in 0..<repCount { run.feed(Self.call(number, day: 0)) }
    run.publish()
    // A row has at least its key, its changes, what contributed, and one word for its measure.
    let grown = run.ledger.byteCount
    #expect(grown - least >= repCount * 5 * MemoryLayout<UInt64>.size)
    #expect(grown - least < repCount * 1_024)
    for day in 1..<20 {
      run.feed(Self.call(0, day: day))
      run.publish()
    }
    #expect(run.ledger.cellCount < 20)
    #expect(run.ledger.byteCount < grown - repCount * 4 * MemoryLayout<UInt64>.size)
  }
}
