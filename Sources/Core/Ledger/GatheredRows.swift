/// The rows of one group that make up one cell, one for each store that has it.
///
/// They lie in the evaluator's memory and are valid until it begins the next cell.
struct GatheredRows: BitwiseCopyable {
  struct Part: BitwiseCopyable {
    let store: Int
    let segment: UnsafeMutablePointer<Segment>
    let row: Int

    var current: UnsafeMutablePointer<UInt64> { segment.pointee.row(row) }
    var published: UnsafeMutablePointer<UInt64> { segment.pointee.published(row) }
    var isDirty: Bool { current[2] & Segment.dirtySlotMask != 0 }
    var isChanged: Bool { current[2] >> Segment.changesShift != published[2] >> Segment.changesShift }
  }

  let group: Int
  let parts: UnsafeMutableBufferPointer<Part>

  var isDirty: Bool { parts.contains { $0.isDirty } }
  var isChanged: Bool { parts.contains { $0.isChanged } }
  /// Bit n: measure n ever contributed.
  var contributed: UInt64 { parts.reduce(0) { $0 | $1.current[3] } }
  /// The same, as it was at the last publication.
  var contributedBefore: UInt64 { parts.reduce(0) { $0 | $1.published[3] } }
  var changes: UInt64 { parts.reduce(0) { $0 &+ $1.current[2] >> Segment.changesShift } }
}

/// What an evaluator has gathered for one cell, by group.
struct GatheredCell {
  /// The first `count` are of this cell; the others are room.
  private var rows: [GatheredRows] = []
  private var count = 0

  mutating func removeAll() { count = 0 }

  /// The rows of a group if they were gathered already.
  func find(_ group: Int) -> GatheredRows? {
    for place in 0..<count where rows[place].group == group { return rows[place] }
    return nil
  }

  mutating func append(_ gathered: GatheredRows) {
    if count == rows.count { rows.append(gathered) } else { rows[count] = gathered }
    count += 1
  }
}
