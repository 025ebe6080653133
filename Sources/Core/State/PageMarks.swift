/// Which pages of an array of rows have changed since the base of later snapshots was encoded: a bit for each.
enum PageMarks {
  /// Rows of a page.
  static let rows = 1 << shift
  private static let shift = 3

  /// The words that so many rows need.
  @inline(__always)
  static func words(rows: Int) -> Int { (rows + (1 << (shift + 6)) - 1) >> (shift + 6) }

  @inline(__always)
  static func set(_ marks: UnsafeMutablePointer<UInt64>, row: Int) {
    marks[row >> (shift + 6)] |= 1 << (UInt64(row >> shift) & 63)
  }

  @inline(__always)
  static func isSet(_ marks: UnsafePointer<UInt64>, page: Int) -> Bool {
    marks[page >> 6] >> (UInt64(page) & 63) & 1 == 1
  }
}
