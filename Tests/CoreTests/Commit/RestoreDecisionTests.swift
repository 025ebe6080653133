import Core
import Testing

@Suite struct RestoreDecisionTests {
  private func partition(_ committed: Int64?, first: Int64 = 0, sequence: UInt64? = nil)
    -> RestoreDecision.Partition
  {
    let mark = sequence.map { CommitMark(sequence: $0, watermark: Int64($0)) }
    return RestoreDecision.Partition(
      committed: committed.map { CommittedOffset(offset: $0, mark: mark) }, first: first)
  }

  @Test func statesUpToTheCommittedOffsetsFit() {
    let partitions = [partition(10), partition(0), partition(7, first: 3)]
    #expect(RestoreDecision.judge(state: [10, 0, 7], partitions) == .resume(from: [10, 0, 7]))
    #expect(RestoreDecision.judge(state: [2, 0, 3], partitions) == .resume(from: [2, 0, 3]))
    #expect(RestoreDecision.judge(state: [10, 0, 8], partitions) == .ahead(partition: 2))
    #expect(RestoreDecision.judge(state: [0, 1, 7], partitions) == .ahead(partition: 1))
    #expect(
      RestoreDecision.judge(state: [1, 0, 2], partitions) == .missing(partition: 2, needed: 2, first: 3))
  }

  @Test func aStateThatDoesNotBelongIsNotBlamedOnMissingInput() {
    let partitions = [partition(10, first: 8), partition(3)]
    #expect(RestoreDecision.judge(state: [2, 4], partitions) == .ahead(partition: 1))
    #expect(RestoreDecision.judge(state: [2, 0], [partition(nil), partition(nil)]) == .ahead(partition: 0))
  }

  @Test func onlyANewGroupBeginsInTheMiddle() {
    #expect(RestoreDecision.begin([partition(nil, first: 4), partition(nil)]) == .resume(from: [4, 0]))
    #expect(RestoreDecision.begin([partition(9), partition(0)]) == .resume(from: [0, 0]))
    #expect(
      RestoreDecision.begin([partition(9, first: 4), partition(0)])
        == .missing(partition: 0, needed: 0, first: 4))
    #expect(
      RestoreDecision.begin([partition(9), partition(nil, first: 2)])
        == .missing(partition: 1, needed: 0, first: 2))
  }

  @Test func aStateThatHasReadNothingNeedsNoCommit() {
    #expect(
      RestoreDecision.judge(state: [4, 0], [partition(nil, first: 4), partition(nil)])
        == .resume(from: [4, 0]))
    #expect(RestoreDecision.judge(state: [5], [partition(nil, first: 4)]) == .ahead(partition: 0))
  }

  @Test func aGroupBeginsAgainWhereItBegan() {
    func partition(_ offset: Int64?, begin: Int64?, first: Int64) -> RestoreDecision.Partition {
      RestoreDecision.Partition(
        committed: offset.map { CommittedOffset(offset: $0, mark: nil, begin: begin) }, first: first)
    }
    let known = [partition(9, begin: 4, first: 4), partition(7, begin: 3, first: 0)]
    #expect(RestoreDecision.begin(known) == .resume(from: [4, 3]))
    #expect(
      RestoreDecision.begin([partition(9, begin: 4, first: 5)])
        == .missing(partition: 0, needed: 4, first: 5))
  }

  @Test(arguments: [nil, CommitMark(sequence: 4, watermark: -7)], [nil, 0, 12] as [Int64?])
  func committedOffsetsAreReadAsTheyAreWritten(_ mark: CommitMark?, _ begin: Int64?) {
    let offset = CommittedOffset(offset: 5, mark: mark, begin: mark == nil ? nil : begin)
    #expect(CommittedOffset(offset: 5, metadata: offset.metadata) == offset)
  }

  @Test func whatOthersWroteBesideAnOffsetIsNoMark() {
    for text in ["", "x", "nadi1 4", "nadi1 4 x", "a b c d", "nadi2 4 -7 3"] {
      #expect(CommittedOffset(offset: 5, metadata: text).mark == nil)
    }
  }

  @Test func theLatestMarkCounts() {
    #expect(RestoreDecision.latestMark([partition(nil), partition(4)].map(\.committed)) == nil)
    #expect(
      RestoreDecision.latestMark(
        [partition(1, sequence: 3), partition(4, sequence: 5), partition(nil)].map(\.committed))
        == CommitMark(sequence: 5, watermark: 5))
  }
}
