import Testing

@testable import Core

/// States told by what changed since an earlier one.
@Suite struct StateChangesTests {
  /// What was written of changes and read again.
  private static func copy(_ changes: StateChanges, of base: [UInt8]) throws -> StateChanges {
    var bytes: [UInt8] = []
    changes.forEachEncodedPiece { bytes.append(contentsOf: $0) }
    #expect(bytes.count == changes.encodedCount)
    return try StateChanges(decoding: bytes, of: base)
  }

  /// Windows and rows come and go, ids are forgotten, rows are deleted and restored; bases are taken at random.
  @Test(arguments: UInt64(1)...6)
  func changesMakeTheSameBytesAsTheWholeState(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    var options = SampleCatalogue.Options()
    if !seed.isMultiple(of: 3) {
      options.retentionMillis = 3 * 86_400_000
      options.rowRetentionMillis = 5 * 86_400_000
      options.duplicateHorizonMillis = 86_400_000
    }
    let run = SampleRun(try SampleCatalogue.compiled(options), partitions: 2)
    var base: [UInt8] = []
    var relative = 0
    var left = 0
    // Some five weeks.
    let events = SampleWorld.events(seed: seed, count: 900, partitions: 2, stepMillis: 2 * 3_600_000)
    var (rows, evictions) = (0, 0)
    for (partition, event) in events {
      if run.ledger.rowCount < rows { evictions += 1 }
      rows = run.ledger.rowCount
      run.feed(event, partition: partition)
      if left > 0 {
        left -= 1
        continue
      }
      left = Int.random(in: 0..<60, using: &random)
      if Bool.random(using: &random) { run.publish() }
      let isRelative = run.ledger.base != nil && Int.random(in: 0..<8, using: &random) > 0
      let becomesBase = !isRelative || Int.random(in: 0..<4, using: &random) == 0
      let changes = run.ledger.encodeChanges(isRelative: isRelative, asBase: becomesBase ? UInt64(left) : nil)
      let whole = run.ledger.encodeState()
      #expect(changes.byteCount == whole.count)
      #expect(changes.applied(to: base) == whole, "seed \(seed) at \(run.ledger.books.read)")
      #expect(try Self.copy(changes, of: base).applied(to: base) == whole)
      if isRelative, changes.addedCount < whole.count / 2 { relative += 1 }
      if becomesBase { base = whole }
    }
    if seed.isMultiple(of: 3) { #expect(relative > 5, "changes are much smaller than the state") }
    #expect((evictions > 0) == (options.rowRetentionMillis < SampleCatalogue.forever))
  }

  /// What is encoded while events are processed, published and expire is the state as it was at the beginning.
  @Test(arguments: UInt64(1)...8)
  func eventsDoNotShowInAStateThatWasBegunBefore(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    var options = SampleCatalogue.Options()
    if seed.isMultiple(of: 2) { options.retentionMillis = 2 * 86_400_000 }
    let run = SampleRun(try SampleCatalogue.compiled(options), partitions: 2)
    var base: [UInt8] = []
    var begun: (state: [UInt8], isBase: Bool)?
    var (complete, longest, fed) = (0, 0, 0)
    for (partition, event) in SampleWorld.events(seed: seed, count: 1_500, partitions: 2, stepMillis: 900_000)
    {
      run.feed(event, partition: partition)
      fed += 1
      if Int.random(in: 0..<20, using: &random) == 0 { run.publish() }
      guard let state = begun else {
        let isRelative = run.ledger.base != nil && Int.random(in: 0..<4, using: &random) > 0
        let isBase = Bool.random(using: &random)
        let whole = run.ledger.encodeState()
        run.ledger.beginEncoding(isRelative: isRelative, asBase: isBase ? UInt64(fed) : nil)
        (begun, fed) = ((whole, isBase), 0)
        continue
      }
      guard let changes = run.ledger.continueEncoding(bytes: Int.random(in: 0..<4_000, using: &random)) else {
        continue
      }
      let isAsItWas = changes.applied(to: base) == state.state
      #expect(isAsItWas, "seed \(seed) at \(run.ledger.books.read)")
      if state.isBase { base = state.state }
      begun = nil
      (complete, longest) = (complete + 1, max(longest, fed))
    }
    #expect(complete > 10 && longest > 10, "\(complete) states in \(longest) events at most")
  }

  /// A state that nobody goes on with leaves no trace in what comes after it.
  @Test func aStateThatIsGivenUpLeavesNoTrace() throws {
    let events = SampleWorld.events(seed: 9, count: 600, partitions: 1)
    let run = SampleRun(try SampleCatalogue.compiled(), partitions: 1)
    for (_, event) in events[..<200] { run.feed(event) }
    run.ledger.beginEncoding(isRelative: false, asBase: 1)
    for (_, event) in events[200..<400] { run.feed(event) }
    let second = run.ledger.encodeState()
    run.ledger.beginEncoding(isRelative: false, asBase: 2)
    for (_, event) in events[400...] { run.feed(event) }
    #expect(run.ledger.continueEncoding(bytes: .max)?.applied(to: []) == second)
    #expect(run.ledger.continueEncoding(bytes: .max) == nil, "it is told once")
  }

  /// One more event makes a few new bytes, however large the state; but of windows with multisets all members are written.
  @Test func changesAreAsLargeAsWhatChanged() throws {
    var options = SampleCatalogue.Options()
    options.metrics = ["calls", "revenue", "open_value"]
    let run = SampleRun(try SampleCatalogue.compiled(options), partitions: 1)
    for (_, event) in SampleWorld.events(seed: 4, count: 3_000, partitions: 1) { run.feed(event) }
    run.publish()
    let whole = run.ledger.encodeChanges(isRelative: false, asBase: 1)
    #expect(whole.addedCount == whole.byteCount)
    let none = run.ledger.encodeChanges(isRelative: true, asBase: nil)
    #expect(none.addedCount < whole.byteCount / 20, "\(none.addedCount) of \(whole.byteCount)")
    run.feed(
      SampleEvent(
        "activity", id: "one-more", at: SampleWorld.start + 86_400_000,
        ["kind": .text("call"), "ownerId": .text("rep-1"), "teamId": .text("team-1")]))
    let one = run.ledger.encodeChanges(isRelative: true, asBase: nil)
    #expect(one.addedCount > none.addedCount)
    #expect(one.addedCount < none.addedCount + 20_000, "\(one.addedCount) after \(none.addedCount)")
  }

  /// What was read is the base without being encoded again, unless it would be encoded otherwise.
  @Test(arguments: UInt64(1)...3)
  func aRestoredStateIsTheBase(seed: UInt64) throws {
    let events = SampleWorld.events(seed: seed, count: 800, partitions: 2)
    let run = SampleRun(try SampleCatalogue.compiled(), partitions: 2)
    for (partition, event) in events[..<600] { run.feed(event, partition: partition) }
    run.publish()
    let base = run.ledger.encodeState()
    let restored = try run.restored()
    #expect(restored.ledger.adoptBase(7, decodedFrom: base))
    #expect(restored.ledger.base == 7)
    let none = restored.ledger.encodeChanges(isRelative: true, asBase: nil)
    #expect(none.applied(to: base) == base)
    #expect(none.addedCount < base.count / 10)
    for (partition, event) in events[600...] {
      restored.feed(event, partition: partition)
      if restored.ledger.books.read.isMultiple(of: 40) {
        let changes = restored.ledger.encodeChanges(isRelative: true, asBase: nil)
        #expect(changes.applied(to: base) == restored.ledger.encodeState())
      }
    }
    var options = SampleCatalogue.Options()
    options.metrics = ["calls", "revenue"]
    let other = try run.restored(try SampleCatalogue.compiled(options))
    #expect(!other.ledger.adoptBase(7, decodedFrom: base))
    #expect(other.ledger.base == nil)
  }

  /// What a length of 32 bits cannot tell is not told wrongly.
  @Test(arguments: [10, 11]) func aPartThatIsTooLargeIsSaid(_ count: Int) {
    var output = SnapshotWriter(sectionBytesMax: 10)
    output.writeSection {
      for byte in 0..<count { $0.room(for: 1).storeBytes(of: UInt8(byte), as: UInt8.self) }
    }
    #expect(output.finished().isTooLarge == (count > 10))
  }

  /// Bytes whose damage no checksum caught lead nowhere.
  @Test func runsOutOfTheBaseAreRefused() throws {
    func read(_ words: [UInt64], count: UInt32 = 1, new: [UInt8] = []) throws -> StateChanges {
      var bytes = withUnsafeBytes(of: count.littleEndian) { Array($0) }
      for word in words { withUnsafeBytes(of: word.littleEndian) { bytes += $0 } }
      return try StateChanges(decoding: bytes + new, of: [1, 2, 3, 4])
    }
    #expect(try read([1, 3, 2], new: [8, 9]).applied(to: [1, 2, 3, 4]) == [2, 3, 4, 8, 9])
    for words: [UInt64] in [
      [2, 3, 0], [5, 0, 0], [.max, 1, 0], [0, .max, 0], [1, .max, 0], [0, 4, 1], [0, 4, .max], [0, 4],
    ] {
      #expect(throws: SnapshotFault.self, "\(words)") { try read(words) }
    }
    #expect(throws: SnapshotFault.self) { try read([0, 4, 1], new: [7, 7]) }
    #expect(throws: SnapshotFault.self) { try read([0, 4, 0], count: 2) }
  }
}
