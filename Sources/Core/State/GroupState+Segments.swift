/// Whole segments of a group.
extension GroupState {
  /// Marks every row of a segment.
  mutating func markAllDirty(_ segment: UnsafeMutablePointer<Segment>) {
    let wasClean = !segment.pointee.isDirty
    for row in 0..<segment.pointee.rowCount { segment.pointee.markDirty(row) }
    if wasClean, segment.pointee.isDirty { dirtySegments.append(segment) }
  }

  /// Marks every row of a window, if there are any.
  mutating func markAllDirty(window: Int32, _ bounds: WindowBounds) {
    if let segment = find(window: window, bounds) { markAllDirty(segment) }
  }

  mutating func sortSegments() {
    var places = UnsafeMutableBufferPointer(start: order.base, count: order.count)
    // Mostly they are in order but for a few at the end.
    if zip(places, places.dropFirst()).contains(where: { $1 < $0 }) { places.sort() }
  }
}
