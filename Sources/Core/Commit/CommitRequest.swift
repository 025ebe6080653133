/// What one commit stores for the input: an offset for each partition, and the mark beside all of them.
public struct CommitRequest: Equatable, Sendable {
  /// The offsets of the next records, by partition in the order of the tasks.
  public var offsets: [Int64]
  /// Those of the commit before.
  public var previousOffsets: [Int64]
  public var mark: CommitMark

  public init(offsets: [Int64], previousOffsets: [Int64], mark: CommitMark) {
    precondition(
      offsets.count == previousOffsets.count, "A commit covers the same partitions as the one before.")
    self.offsets = offsets
    self.previousOffsets = previousOffsets
    self.mark = mark
  }

  /// What the group's committed offsets, in the same order, say of this commit.
  ///
  /// Some brokers drop the mark. The offsets then decide alone, and when they are those of the commit before, too, it
  /// counts as not committed: repeating it shows readers the same values once more, and loses nothing.
  public func finding(_ found: [CommittedOffset?]) -> CommitFinding {
    precondition(found.count == offsets.count, "There is one committed offset, or none, for each partition.")
    for (offset, other) in zip(offsets, found) {
      guard let other else { continue }
      if other.offset > offset { return .superseded }
      guard let theirs = other.mark else { continue }
      if theirs.sequence > mark.sequence { return .superseded }
      if theirs.sequence == mark.sequence, theirs != mark { return .superseded }
    }
    let isSame = zip(offsets, found).allSatisfy { $0 == $1?.offset }
    let isMarked = found.allSatisfy { $0?.mark == mark }
    let isUnmarked = found.allSatisfy { $0?.mark == nil }
    return isSame && (isMarked || isUnmarked && offsets != previousOffsets) ? .committed : .notCommitted
  }
}

/// A group's committed offset of one partition.
public struct CommittedOffset: Equatable, Sendable {
  public var offset: Int64
  /// What was stored beside it; nil if nothing was, or nothing that this program wrote.
  public var mark: CommitMark?
  /// The offset at which the group began to read the partition; nil if it is not known.
  public var begin: Int64?

  public init(offset: Int64, mark: CommitMark?, begin: Int64? = nil) {
    self.offset = offset
    self.mark = mark
    self.begin = begin
  }

  /// - Parameter metadata: the text that is stored beside the offset.
  public init(offset: Int64, metadata: String) {
    var words = metadata.split(separator: " ")
    begin = words.count > CommitMark.wordCount ? words.popLast().flatMap { Int64($0) } : nil
    self.offset = offset
    mark = CommitMark(words.joined(separator: " "))
  }

  /// The text to be stored beside the offset.
  public var metadata: String {
    [mark?.text, begin.map { String($0) }].compactMap { $0 }.joined(separator: " ")
  }
}
