import Core
import Testing

@Suite struct CommitRequestTests {
  private let mark = CommitMark(sequence: 7, watermark: 100)

  private func request(_ offsets: [Int64], before: [Int64]) -> CommitRequest {
    CommitRequest(offsets: offsets, previousOffsets: before, mark: mark)
  }

  private func found(_ offsets: [Int64?], _ mark: CommitMark?) -> [CommittedOffset?] {
    offsets.map { offset in offset.map { CommittedOffset(offset: $0, mark: mark) } }
  }

  @Test func marksDecide() {
    let request = request([5, 9], before: [5, 8])
    let before = CommitMark(sequence: 6, watermark: 90)
    #expect(request.finding(found([5, 9], mark)) == .committed)
    #expect(request.finding(found([5, 8], before)) == .notCommitted)
    #expect(request.finding(found([nil, nil], nil)) == .notCommitted)
    #expect(
      request.finding(found([5, 9], before)) == .notCommitted, "the same offsets, an earlier publication")
  }

  @Test func withoutMarksOffsetsDecideIfTheyMoved() {
    #expect(request([5, 9], before: [5, 8]).finding(found([5, 9], nil)) == .committed)
    #expect(request([5, 9], before: [5, 8]).finding(found([5, 8], nil)) == .notCommitted)
    #expect(request([5, 9], before: [5, 9]).finding(found([5, 9], nil)) == .notCommitted)
  }

  @Test func someoneElseIsFurther() {
    let request = request([5, 9], before: [5, 8])
    #expect(request.finding(found([5, 10], nil)) == .superseded)
    #expect(request.finding(found([5, 9], CommitMark(sequence: 8, watermark: 100))) == .superseded)
    #expect(request.finding(found([5, 9], CommitMark(sequence: 7, watermark: 101))) == .superseded)
  }

  @Test func marksAreText() {
    for mark in [mark, CommitMark(sequence: 0, watermark: .min), CommitMark(sequence: .max, watermark: .max)]
    {
      #expect(CommitMark(mark.text) == mark)
    }
    for text in ["", "nadi1", "nadi1 1", "nadi1 -1 0", "nadi1 1 x", "nadi2 1 1", "nadi1 1 1 1"] {
      #expect(CommitMark(text) == nil, "\(text)")
    }
  }
}
