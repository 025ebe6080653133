/// Which pages of an array of rows have changed since the base of later snapshots was encoded: a bit for each.
enum PageMarks {
  /// Rows of a page.
  static let rows = 1 << shift
  private static let shift = 3

  /// The words that so many rows need.
  @inline(__always)
  static func words(rows: Int) -> Int { (rows + (1 << (shift + 6)) - 1) >> (shift + 6) }

  /// The pages that so many rows lie in.
  @inline(__always)
  static func pages(rows: Int) -> Int { (rows + self.rows - 1) >> shift }

  /// The first row of the page behind that of a row.
  @inline(__always)
  static func end(ofPageOf row: Int) -> Int { ((row >> shift) + 1) << shift }

  static func set(_ marks: UnsafeMutablePointer<UInt64>, pages: Range<Int>) {
    forEachWord(pages) { marks[$0] |= $1 }
  }

  static func clear(_ marks: UnsafeMutablePointer<UInt64>, pages: Range<Int>) {
    forEachWord(pages) { marks[$0] &= ~$1 }
  }

  /// The words that hold the bits of pages, with those bits.
  @inline(__always)
  private static func forEachWord(_ pages: Range<Int>, _ body: (Int, UInt64) -> Void) {
    var page = pages.lowerBound
    while page < pages.upperBound {
      let next = min((page | 63) + 1, pages.upperBound)
      body(page >> 6, (UInt64.max >> UInt64(64 - (next - page))) << UInt64(page & 63))
      page = next
    }
  }

  @inline(__always)
  static func set(_ marks: UnsafeMutablePointer<UInt64>, row: Int) {
    marks[row >> (shift + 6)] |= 1 << (UInt64(row >> shift) & 63)
  }

  @inline(__always)
  static func isSet(_ marks: UnsafePointer<UInt64>, page: Int) -> Bool {
    marks[page >> 6] >> (UInt64(page) & 63) & 1 == 1
  }
}
