/// A segment, found without looking at it.
struct SegmentPlace: BitwiseCopyable, Comparable {
  let window: Int32
  let start: Int64
  let end: Int64
  let segment: UnsafeMutablePointer<Segment>

  static func < (one: SegmentPlace, other: SegmentPlace) -> Bool {
    (one.window, one.start, one.end) < (other.window, other.start, other.end)
  }
}
