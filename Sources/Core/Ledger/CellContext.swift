/// One cell across all stores: the window and the hashes of its ids, by which each store knows its own numbers.
struct CellContext {
  let window: Int32
  let start: Int64
  let end: Int64
  let scope: Int32
  /// Hashes of the ids; absent where the scope has none.
  let first: Int64
  let second: Int64
  let currency: Int64

  func moved(to bounds: WindowBounds) -> CellContext {
    CellContext(
      window: window, start: bounds.start, end: bounds.end, scope: scope, first: first, second: second,
      currency: currency)
  }

  /// The same scope's level, which has one window.
  func level(window: Int32) -> CellContext {
    CellContext(
      window: window, start: WindowBounds.earliest, end: WindowBounds.latest, scope: scope, first: first,
      second: second, currency: currency)
  }
}

/// The rows of one group that make up one cell, one for each store that has it.
struct GatheredRows {
  struct Part {
    let store: Int
    let segment: UnsafeMutablePointer<Segment>
    let row: Int

    var current: UnsafeMutablePointer<UInt64> { segment.pointee.row(row) }
    var published: UnsafeMutablePointer<UInt64> { segment.pointee.published(row) }
    var isDirty: Bool { current[2] & Segment.dirtySlotMask != 0 }
    var isChanged: Bool { current[2] >> Segment.changesShift != published[2] >> Segment.changesShift }
  }

  let group: Int
  var parts: [Part] = []

  var isDirty: Bool { parts.contains { $0.isDirty } }
  var isChanged: Bool { parts.contains { $0.isChanged } }
  /// Bit n: measure n ever contributed.
  var contributed: UInt64 { parts.reduce(0) { $0 | $1.current[3] } }
  var changes: UInt64 { parts.reduce(0) { $0 &+ $1.current[2] >> Segment.changesShift } }
}
