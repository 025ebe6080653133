/// What a snapshot holds of a segment's rows as they were when it was begun, copied page by page: when there is time, and
/// before a page changes.
struct SegmentCopy: BitwiseCopyable {
  /// Rows that lie behind each other in the new bytes, from an offset on.
  struct Rows: BitwiseCopyable {
    let first: Int
    let end: Int
    let offset: Int
  }

  private let owed: OwedRows
  private let list: UnsafePointer<Rows>
  private let bytes: UnsafeMutableRawPointer
  /// A bit for each page that is still to be copied, in words for all rows.
  private let pending: UnsafeMutablePointer<UInt64>
  private let pageCount: Int
  /// How many bits are set.
  private var left = 0
  /// Where the next rows are that may be left.
  private var place = 0
  private var row = 0

  /// No more than this is copied at one time, so that what is read is still at hand when it is put right.
  private static let bytesMax = 64 << 10

  /// - Parameters:
  ///   - list: the rows in order, at least one.
  ///   - bytes: where the offsets begin.
  ///   - pending: clear bits for all pages up to the last. All three must outlive this.
  init(
    _ owed: OwedRows, list: UnsafePointer<Rows>, bytes: UnsafeMutableRawPointer,
    pending: UnsafeMutablePointer<UInt64>
  ) {
    self.owed = owed
    self.list = list
    self.bytes = bytes
    self.pending = pending
    pageCount = PageMarks.pages(rows: owed.rowCount)
    for number in 0..<owed.listCount {
      let pages = list[number].first / PageMarks.rows..<PageMarks.pages(rows: list[number].end)
      PageMarks.set(pending, pages: pages)
      left += pages.count
    }
  }

  /// Copies the page of a row that is about to change, unless it was copied or need not be.
  @inline(never)
  mutating func keep(row: Int) {
    let page = row / PageMarks.rows
    guard page < pageCount, PageMarks.isSet(pending, page: page) else { return }
    let place = place(ofPage: page)
    copy(
      max(list[place].first, page * PageMarks.rows)..<min(list[place].end, PageMarks.end(ofPageOf: row)),
      of: place)
    endIfDone()
  }

  /// Copies what is left, about so many bytes at most.
  ///
  /// - Returns: how many bytes were copied.
  mutating func copy(upTo limit: Int) -> Int {
    let rowBytes = owed.segment.pointee.rowWords * MemoryLayout<UInt64>.stride
    var copied = 0
    while left > 0, copied < limit {
      row = max(row, list[place].first)
      let end = list[place].end
      if row >= end {
        place += 1
        continue
      }
      var next = row
      while next < end, (next - row) * rowBytes < Self.bytesMax,
        PageMarks.isSet(pending, page: next / PageMarks.rows)
      {
        next = min(PageMarks.end(ofPageOf: next), end)
      }
      if next > row {
        copy(row..<next, of: place)
        copied += (next - row) * rowBytes
      } else {
        next = min(PageMarks.end(ofPageOf: next), end)
      }
      row = next
    }
    endIfDone()
    return copied
  }

  /// Lets the segment go as it is.
  mutating func abandon() {
    left = 0
    owed.segment.pointee.copy = nil
  }

  var isDone: Bool { left == 0 }

  /// Which rows of the list hold those of a page that is to be copied.
  private func place(ofPage page: Int) -> Int {
    var (low, high) = (0, owed.listCount - 1)
    while low < high {
      let middle = (low + high) / 2
      if list[middle].end > page * PageMarks.rows { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Copies rows up to the end of their list's or of a page, which ends in them.
  private mutating func copy(_ rows: Range<Int>, of place: Int) {
    let rowBytes = owed.segment.pointee.rowWords * MemoryLayout<UInt64>.stride
    owed.segment.pointee.copyRows(
      rows, owed.measures, to: bytes + list[place].offset + (rows.lowerBound - list[place].first) * rowBytes)
    let pages = rows.lowerBound / PageMarks.rows..<PageMarks.pages(rows: rows.upperBound)
    PageMarks.clear(pending, pages: pages)
    left -= pages.count
  }

  /// Completes the segment when all rows are there; nothing is asked of it any more, and it may be freed.
  private func endIfDone() {
    guard left == 0 else { return }
    Segment.writeHead(owed, to: bytes + owed.head)
    (bytes + owed.tail).storeBytes(of: 0, as: UInt32.self)
    owed.segment.pointee.copy = nil
  }
}
