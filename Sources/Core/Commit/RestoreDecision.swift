/// Whether and how a run can go on from a state, decided from positions alone.
public enum RestoreDecision: Equatable, Sendable {
  /// Read each partition from these offsets, in silence up to the committed ones.
  case resume(from: [Int64])
  /// The state is ahead of what the group committed, at this place in the list of partitions: it does not belong to
  /// these offsets, and what it published may not be repeated.
  case ahead(partition: Int)
  /// The input at this place begins behind what is needed.
  case missing(partition: Int, needed: Int64, first: Int64)

  /// One input partition as the brokers know it.
  public struct Partition: Equatable, Sendable {
    /// The group's committed offset, nil if it has none.
    public var committed: CommittedOffset?
    /// The offset of the first record that is still there.
    public var first: Int64

    public init(committed: CommittedOffset?, first: Int64) {
      self.committed = committed
      self.first = first
    }
  }

  /// Judges a state by its positions, in the order of the partitions.
  public static func judge(state positions: [Int64], _ partitions: [Partition]) -> RestoreDecision {
    precondition(positions.count == partitions.count, "A state has one position for each partition.")
    for (place, (position, partition)) in zip(positions, partitions).enumerated()
    // Before its first commit a group is where the input begins.
    where position > partition.committed?.offset ?? partition.first {
      return .ahead(partition: place)
    }
    for (place, (position, partition)) in zip(positions, partitions).enumerated()
    where position < partition.first {
      return .missing(partition: place, needed: position, first: partition.first)
    }
    return .resume(from: positions)
  }

  /// Judges beginning with nothing: a group that never committed begins with what there is, any other one where it began
  /// then.
  public static func begin(_ partitions: [Partition]) -> RestoreDecision {
    let isNew = partitions.allSatisfy { $0.committed == nil }
    let begins = partitions.map { isNew ? $0.first : $0.committed?.begin ?? 0 }
    for (place, (begin, partition)) in zip(begins, partitions).enumerated() where begin < partition.first {
      return .missing(partition: place, needed: begin, first: partition.first)
    }
    return .resume(from: begins)
  }

  /// The mark of the latest commit, nil if there is none.
  public static func latestMark(_ committed: [CommittedOffset?]) -> CommitMark? {
    committed.compactMap(\.?.mark).max { $0.sequence < $1.sequence }
  }
}
