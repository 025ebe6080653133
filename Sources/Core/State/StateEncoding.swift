/// A state of which everything is encoded but rows of cells, whose bytes are copied while events are processed.
final class StateEncoding {
  private var runs: FlatArray<StateChanges.Run>
  private var bytes: FlatArray<UInt8>
  private let lists: FlatArray<SegmentCopy.Rows>
  private let copies: FlatArray<SegmentCopy>
  /// The bits of pages that are to be copied, of all segments.
  private let pending: FlatArray<UInt64>
  private let isTooLarge: Bool
  /// The first that may have rows left.
  private var place = 0

  /// - Parameter owed: whose rows are to be copied, in the order of the lists.
  init(
    runs: consuming FlatArray<StateChanges.Run>, bytes: consuming FlatArray<UInt8>,
    lists: consuming FlatArray<SegmentCopy.Rows>, owed: borrowing FlatArray<OwedRows>,
    isTooLarge: Bool
  ) {
    self.runs = runs
    self.bytes = bytes
    self.lists = lists
    self.isTooLarge = isTooLarge
    var words = 0
    for number in 0..<owed.count { words += PageMarks.words(rows: owed[number].rowCount) }
    pending = FlatArray(repeating: 0, count: words)
    var copies = FlatArray<SegmentCopy>()
    copies.reserve(owed.count)
    words = 0
    for number in 0..<owed.count {
      let rows = owed[number]
      copies.append(
        SegmentCopy(
          rows, list: self.lists.base + rows.firstList, bytes: UnsafeMutableRawPointer(self.bytes.base),
          pending: pending.base + words))
      words += PageMarks.words(rows: rows.rowCount)
      rows.segment.pointee.copy = copies.base + number
    }
    self.copies = copies
  }

  /// Copies about so many bytes of what is left; true when nothing is.
  func proceed(bytes limit: Int) -> Bool {
    var copied = 0
    while place < copies.count {
      let copy = copies.base + place
      if !copy.pointee.isDone {
        guard copied < limit else { return false }
        copied += copy.pointee.copy(upTo: limit - copied)
        guard copy.pointee.isDone else { return false }
      }
      place += 1
    }
    return true
  }

  /// The state when nothing is left; once.
  func finished() -> StateChanges {
    precondition(place == copies.count, "A state is told when all of it is there.")
    var runs = FlatArray<StateChanges.Run>()
    var bytes = FlatArray<UInt8>()
    swap(&runs, &self.runs)
    swap(&bytes, &self.bytes)
    return StateChanges(runs: runs, added: bytes, isTooLarge: isTooLarge)
  }

  /// Leaves the segments that have rows left, which must still be there.
  func abandon() {
    for number in place..<copies.count where !copies[number].isDone { copies.base[number].abandon() }
    place = copies.count
  }
}

/// A segment that is yet to be copied, with some of its rows.
struct OwedRows: BitwiseCopyable {
  let segment: UnsafeMutablePointer<Segment>
  let measures: ProgramList<MeasureProgram>
  let windowIdentity: UInt64
  /// How many rows there were.
  let rowCount: Int
  let sectionBytes: UInt32
  /// Where what lies before and behind the rows belongs in the new bytes.
  let head: Int
  let tail: Int
  /// Where in the lists of rows its own are.
  let firstList: Int
  let listCount: Int
}
