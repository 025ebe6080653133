/// Finds the pane of an instant: the finest interval in which contributions may be combined before the fan-out.
///
/// When all windows are calendar windows of one zone, the pane is the finest of them, because each coarser one is
/// made of whole finer ones. With tumbling windows it is the greatest common divisor of their sizes and offsets and
/// one minute, or one second where the zone's boundaries do not fall on minutes.
struct PaneCursor {
  private var cursor: WindowCursor

  init(_ calendars: [WindowCalendar]) {
    let finite = calendars.filter { $0.kind != .all }
    var tumbling: Int64 = 0
    var isCalendar = false
    for calendar in finite {
      if case .tumbling(let size, let offset) = calendar.kind {
        tumbling = Self.divisor(Self.divisor(tumbling, size), offset)
      } else {
        isCalendar = true
      }
    }
    if let first = finite.first, tumbling == 0 {
      // Weeks and months overlap without nesting; days tile both.
      let finest = finite.contains { $0.kind == .hour } ? WindowKind.hour : .day
      cursor = WindowCursor(WindowCalendar(kind: finest, zone: first.zone))
    } else if let first = finite.first {
      let zone = finite.first { if case .tumbling = $0.kind { false } else { true } }?.zone ?? first.zone
      let step: Int64 = zone.hasWholeMinuteOffsets ? 60_000 : 1_000
      let size = isCalendar ? Self.divisor(tumbling, step) : tumbling
      cursor = WindowCursor(
        WindowCalendar(kind: .tumbling(sizeMillis: size, offsetMillis: 0), zone: zone))
    } else {
      cursor = WindowCursor(WindowCalendar(kind: .all, zone: .utc))
    }
  }

  private static func divisor(_ left: Int64, _ right: Int64) -> Int64 {
    var (left, right) = (left.magnitude, right.magnitude)
    while right != 0 { (left, right) = (right, left % right) }
    return Int64(left)
  }

  /// The start of the pane, which lies in the same window of every kind as the instant.
  @inline(__always)
  mutating func start(containing instant: Int64) -> Int64 {
    cursor.bounds(containing: instant).start
  }
}

extension Zone {
  /// Whether every offset and every transition since 1970 falls on a whole minute.
  var hasWholeMinuteOffsets: Bool {
    for index in spanStarts.indices {
      let end = index + 1 < spanStarts.count ? spanStarts[index + 1] : Int64.max
      if end <= 0 { continue }
      if spanOffsetsMillis[index] % 60_000 != 0 { return false }
      if spanStarts[index] > 0, spanStarts[index] % 60_000 != 0 { return false }
    }
    return true
  }
}
