import Testing

@testable import Bench

@Suite struct BenchEngineTests {
  /// Every event of every job counts: none is rejected, late or filtered.
  @Test(arguments: SteadyBench.Work.allCases)
  func everyEventCounts(work: SteadyBench.Work) throws {
    let bench = try BenchEngine(work.definition)
    if work == .catalogue {
      var workload = SalesEvents(seed: 9)
      bench.feed(&workload, count: 5_000)
    } else {
      var workload = FlatEvents(seed: 9)
      bench.feed(&workload, count: 5_000)
    }
    let books = bench.engine.ledger.books
    #expect(books.read == 5_000 && books.counted == 5_000)
    #expect(bench.engine.ledger.cellCount > 0)
  }

  @Test func passesReadWhatTheySay() throws {
    let line = try SteadyBench(events: 1_000, passes: 2, seed: 1).run(.minutes)
    #expect(line.cell("events") == "2,000")
    #expect(line.cell("updates") != "0")
  }

  @Test func cellsAreAsManyAsAskedFor() throws {
    let bench = try BenchEngine(.manyMinutes)
    var workload = SpreadEvents()
    bench.feed(&workload, count: 12_000)
    #expect(bench.engine.ledger.cellCount == 24_000)
    #expect(bench.engine.ledger.books.counted == 12_000)
  }

  @Test func rowsAreAsManyAsAskedFor() throws {
    let bench = try BenchEngine(.rows)
    var workload = RowEvents()
    bench.feed(&workload, count: 3_000)
    #expect(bench.engine.ledger.rowCount == 3_000)
    #expect(bench.engine.ledger.books.counted == 3_000)
  }

  @Test func requestsForMemoryAreCounted() throws {
    let before = try #require(AllocatorCount.now)
    for size in 1...1_000 { UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 1).deallocate() }
    let after = try #require(AllocatorCount.now)
    // Other tests may ask for memory at the same time.
    #expect(after.requests - before.requests >= 1_000)
    #expect(after.bytes - before.bytes >= 500_500)
  }
}
