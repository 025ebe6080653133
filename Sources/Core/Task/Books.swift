/// The account of every event of one partition: read = counted + duplicate + late + filtered + rejected.
public struct Books: Sendable, Equatable {
  /// Events read. A record without any event (a tombstone, an empty array) counts as one filtered event.
  public var read: UInt64 = 0
  public var counted: UInt64 = 0
  public var duplicate: UInt64 = 0
  public var late: UInt64 = 0
  public var filtered: UInt64 = 0
  public var rejected: UInt64 = 0
  /// Contributions taken back because a row changed; accounted apart.
  public var retractions: UInt64 = 0

  public init() {}

  /// Whether no figure is beyond what can ever be counted, so that sums do not overflow.
  var hasPlausibleFigures: Bool {
    [read, counted, duplicate, late, filtered, rejected, retractions].allSatisfy { $0 < 1 << 60 }
  }

  public var isBalanced: Bool { read == counted + duplicate + late + filtered + rejected }

  public static func + (left: Books, right: Books) -> Books {
    var sum = left
    sum.read += right.read
    sum.counted += right.counted
    sum.duplicate += right.duplicate
    sum.late += right.late
    sum.filtered += right.filtered
    sum.rejected += right.rejected
    sum.retractions += right.retractions
    return sum
  }

  mutating func enter(_ outcome: Outcome) {
    read += 1
    switch outcome {
    case .counted: counted += 1
    case .duplicate: duplicate += 1
    case .late: late += 1
    case .filtered: filtered += 1
    case .rejected: rejected += 1
    }
  }
}

extension Books {
  /// Reads what `encode` wrote, whether it balances or not.
  init(from input: inout SnapshotReader) throws(SnapshotFault) {
    read = try input.readUInt64()
    counted = try input.readUInt64()
    duplicate = try input.readUInt64()
    late = try input.readUInt64()
    filtered = try input.readUInt64()
    rejected = try input.readUInt64()
    retractions = try input.readUInt64()
  }

  func encode(into output: inout SnapshotWriter) {
    for figure in [read, counted, duplicate, late, filtered, rejected, retractions] { output.write(figure) }
  }
}
