/// Remembers windows already found, so that the next event of the same time finds its window by two
/// comparisons.
///
/// Events are nearly in order, so most lie in the last window or the one before; the others (amended deals,
/// late calls) find theirs in a table of fixed size, and only a window that is not there is computed.
public struct WindowCursor: Sendable {
  /// Where windows that are not remembered come from.
  public let calendar: WindowCalendar
  private var last = WindowCursor.empty
  private var beforeLast = WindowCursor.empty
  /// Windows by a few bits of the instant; a slot holds the window found last.
  private var table: [WindowBounds]
  /// A slot covers 2^shift milliseconds, less than a window's usual length.
  private let shift: Int64

  private static let slotMask: Int64 = 511
  /// Contains no instant.
  private static let empty = WindowBounds(start: .max, end: .min)

  /// A cursor that remembers nothing yet.
  public init(_ calendar: WindowCalendar) {
    self.calendar = calendar
    switch calendar.kind {
    case .day, .workingDay: shift = 26
    case .week, .dayBlock: shift = 29
    case .month, .monthBlock, .retail(_, .period): shift = 31
    case .quarter, .fiscalQuarter, .retail(_, .quarter): shift = 32
    case .year, .fiscalYear, .retail(_, .year): shift = 34
    case .tumbling, .all, .hour, .hopping, .rolling, .cumulative, .session: shift = 21
    }
    switch calendar.kind {
    case .tumbling, .all:
      // One division, or nothing, is cheaper than a table.
      table = []
    default:
      table = Array(repeating: Self.empty, count: Int(Self.slotMask) + 1)
    }
  }

  /// The one window the instant lies in, as `WindowCalendar.bounds(containing:)` has it.
  public mutating func bounds(containing instant: Instant) -> WindowBounds {
    if last.contains(instant) { return last }
    return boundsBeforeLast(containing: instant)
  }

  private mutating func boundsBeforeLast(containing instant: Instant) -> WindowBounds {
    let found = beforeLast.contains(instant) ? beforeLast : lookUp(instant)
    beforeLast = last
    last = found
    return found
  }

  private mutating func lookUp(_ instant: Instant) -> WindowBounds {
    guard !table.isEmpty else { return calendar.bounds(containing: instant) }
    let slot = Int((instant >> shift) & Self.slotMask)
    if table[slot].contains(instant) { return table[slot] }
    let found = calendar.bounds(containing: instant)
    table[slot] = found
    return found
  }
}
