/// Windows of every kind: those over an instant, their neighbours, and the panes they are made of.
extension WindowCalendar {
  /// All windows that hold the instant, by their end. Of a session: the one it would be without any other event.
  public func windows(containing instant: Instant) -> [WindowBounds] {
    let instant = Millis.clamped(instant)
    switch kind {
    case .hopping(let sizeMillis, let slideMillis, let offsetMillis):
      let offset = offsetMillis % slideMillis
      let last = floorDivide(instant - offset, by: slideMillis) * slideMillis + offset
      let count = (sizeMillis - 1 - (instant - last)) / slideMillis
      return (0...count).reversed().map {
        let start = last - $0 * slideMillis
        return WindowBounds(start: start, end: start + sizeMillis)
      }
    case .rolling(let count, let unit):
      let index = unit.index(ofDay: zone.startedDay(at: instant))
      return (index..<(index + count)).compactMap { rolling(endingWith: $0, count: count, unit: unit) }
    case .cumulative(let period, let step):
      let whole = WindowCalendar(kind: period, zone: zone).bounds(containing: instant)
      return steps(from: instant, in: whole, step)
    case .session(let gapMillis):
      return [WindowBounds(start: instant, end: instant + gapMillis)]
    default:
      return [bounds(containing: instant)]
    }
  }

  /// The window that a window is compared with: the one before it that does not overlap it.
  ///
  /// A cumulative window has the one of the period before with as many steps, or that whole period if it has fewer. Nil
  /// for all of time and for sessions.
  public func previous(of bounds: WindowBounds) -> WindowBounds? {
    switch kind {
    case .all, .session: return nil
    case .hopping(let sizeMillis, _, _):
      return WindowBounds(start: bounds.start - sizeMillis, end: bounds.start)
    case .rolling(let count, let unit):
      let index = unit.index(ofDay: zone.startedDay(at: bounds.start - 1))
      return rolling(endingWith: index, count: count, unit: unit)
    case .cumulative(let period, let step):
      let whole = WindowCalendar(kind: period, zone: zone)
      let before = whole.bounds(containing: bounds.start - 1)
      let place = steps(from: bounds.start, in: whole.bounds(containing: bounds.start), step)
        .firstIndex(of: bounds)
      let all = steps(from: before.start, in: before, step)
      guard let place, let last = all.last else { return nil }
      return place < all.count ? all[place] : last
    default:
      return self.bounds(containing: Millis.clamped(bounds.start) - 1)
    }
  }

  /// The windows whose `previous` holds the instant.
  public func windowsAfter(_ instant: Instant) -> [WindowBounds] {
    let instant = Millis.clamped(instant)
    switch kind {
    case .all, .session: return []
    case .hopping(let sizeMillis, _, _):
      return windows(containing: instant + sizeMillis)
    case .rolling(let count, let unit):
      let index = unit.index(ofDay: zone.startedDay(at: instant))
      // Where the zone skipped a day, the window before ends, and so begins, a day earlier.
      let isSkipped = rolling(endingWith: index + count, count: 1, unit: unit) == nil
      return (index + count..<index + 2 * count + (isSkipped ? 1 : 0)).compactMap {
        rolling(endingWith: $0, count: count, unit: unit)
      }
    case .cumulative(let period, let step):
      let whole = WindowCalendar(kind: period, zone: zone)
      let present = whole.bounds(containing: instant)
      let after = whole.bounds(containing: present.end)
      // Those as far in their period as some window of this one that has not ended by the instant.
      let ended =
        steps(from: present.start, in: present, step).count - steps(from: instant, in: present, step).count
      return Array(steps(from: after.start, in: after, step).dropFirst(ended))
    default:
      return [self.bounds(containing: bounds(containing: instant).end)]
    }
  }

  /// The window that starts where this one ends, of a tiling kind; nil for all of time.
  public func next(of bounds: WindowBounds) -> WindowBounds? {
    kind == .all ? nil : self.bounds(containing: bounds.end)
  }

  /// From when on a window is published: rolling and cumulative ones from the start of their last step, which is what
  /// they are "as of"; others from their start.
  public func opening(of bounds: WindowBounds) -> Instant {
    switch kind {
    case .rolling(_, let unit):
      return WindowCalendar(kind: unit.kind, zone: zone).bounds(containing: bounds.end - 1).start
    case .cumulative(_, let step):
      return WindowCalendar(kind: step, zone: zone).bounds(containing: bounds.end - 1).start
    default:
      return bounds.start
    }
  }

  private func rolling(endingWith index: Int, count: Int, unit: WindowKind.RollingUnit) -> WindowBounds? {
    let last = zone.localStart(ofDay: unit.firstDay(ofIndex: index))
    let end = zone.localStart(ofDay: unit.firstDay(ofIndex: index + 1))
    // A day that the zone skipped has no window.
    guard last < end else { return nil }
    return WindowBounds(start: zone.localStart(ofDay: unit.firstDay(ofIndex: index - count + 1)), end: end)
  }

  private func steps(from instant: Instant, in whole: WindowBounds, _ step: WindowKind) -> [WindowBounds] {
    let calendar = WindowCalendar(kind: step, zone: zone)
    var result: [WindowBounds] = []
    var end = instant
    while end < whole.end {
      let next = calendar.bounds(containing: end).end
      // At the end of the range that calendars accept there is no further step.
      end = next > end ? next : whole.end
      result.append(WindowBounds(start: whole.start, end: end))
    }
    return result
  }

  // MARK: - Panes

  /// The tiling kinds that windows of this kind are made of, finest first; itself when it tiles.
  ///
  /// Coarser ones are there so that a window is made of few: mostly `paneRatio` times as long as the next finer.
  public var paneKinds: [WindowKind] {
    switch kind {
    case .hopping(let sizeMillis, let slideMillis, let offsetMillis):
      return Self.paneSizes(from: Self.divisor(sizeMillis, slideMillis), in: sizeMillis)
        .map { .tumbling(sizeMillis: $0, offsetMillis: offsetMillis % $0) }
    case .rolling(let count, let unit):
      return Self.paneSizes(from: 1, in: count).map { $0 == 1 ? unit.kind : unit.block(of: $0) }
    case .cumulative(let period, let step):
      return Self.cumulativePanes(period: period, step: step)
    case .session(let gapMillis):
      // Two events in one pane are less than the gap apart, so a pane's events are of one session.
      return [.tumbling(sizeMillis: gapMillis, offsetMillis: 0)]
    default:
      return [kind]
    }
  }

  /// Every size costs each event a pane; a window of n panes is put together from some 2 * 7 * log8(n).
  private static let paneRatio = 8

  /// The sizes of the panes of one window, finest first.
  private static func paneSizes<Size: FixedWidthInteger>(from finest: Size, in whole: Size) -> [Size] {
    var sizes = [finest]
    while let size = sizes.last, size * Size(paneRatio) <= whole { sizes.append(size * Size(paneRatio)) }
    return sizes
  }

  private static func cumulativePanes(period: WindowKind, step: WindowKind) -> [WindowKind] {
    if case .tumbling(let whole, let offset) = period, case .tumbling(let size, _) = step {
      return [step]
        + paneSizes(from: size, in: whole).dropFirst().map {
          .tumbling(sizeMillis: $0, offsetMillis: offset % $0)
        }
    }
    var kinds = [step]
    if step == .hour, period != .day { kinds.append(.day) }
    if case .retail(let calendar, let part) = period {
      let weeks = WindowKind.RollingUnit.week(firstDay: calendar.firstDay)
      if kinds.last == .day { kinds.append(weeks.kind) }
      if part != .period { kinds.append(weeks.block(of: 4)) }
      return kinds
    }
    if kinds.last == .day { kinds.append(.dayBlock(count: 4, phase: 0)) }
    switch period {
    case .quarter, .year, .fiscalQuarter, .fiscalYear: if step != .month { kinds.append(.month) }
    default: break
    }
    return kinds
  }

  /// Calls `body` with the panes that make up an interval, each as coarse as it can be, in order of time: the pane's
  /// place in `kinds` and its bounds.
  static func forEachPane(
    of bounds: WindowBounds, _ kinds: [WindowCalendar], _ body: (Int, WindowBounds) -> Void
  ) {
    var position = bounds.start
    while position < bounds.end {
      var place = kinds.count - 1
      var pane = kinds[place].bounds(containing: position)
      while place > 0, pane.start != position || pane.end > bounds.end {
        place -= 1
        pane = kinds[place].bounds(containing: position)
      }
      body(place, pane)
      position = pane.end
    }
  }

  static func divisor(_ left: Int64, _ right: Int64) -> Int64 {
    var (left, right) = (left.magnitude, right.magnitude)
    while right != 0 { (left, right) = (right, left % right) }
    return Int64(left)
  }
}

extension WindowKind.RollingUnit {
  /// The unit as a window of its own.
  public var kind: WindowKind {
    switch self {
    case .day: .day
    case .week(let firstDay): .week(firstDay: firstDay)
    case .month: .month
    }
  }

  /// Blocks of so many units.
  func block(of count: Int) -> WindowKind {
    switch self {
    case .day: .dayBlock(count: count, phase: 0)
    case .week: .dayBlock(count: 7 * count, phase: firstDay(ofIndex: 0))
    case .month: .monthBlock(count: count, phase: 0)
    }
  }

  /// The number of the unit that a local day lies in.
  func index(ofDay day: Int) -> Int {
    switch self {
    case .day: return day
    case .week: return floorDivide(day - firstDay(ofIndex: 0), by: 7)
    case .month:
      let date = CivilDate(daysSinceEpoch: day)
      return date.year * 12 + date.month - 1
    }
  }

  /// The first local day of a unit.
  func firstDay(ofIndex index: Int) -> Int {
    switch self {
    case .day: index
    // 1970-01-05 was a Monday.
    case .week(let firstDay): 3 + firstDay + index * 7
    case .month: WindowCalendar.firstDay(ofMonth: index)
    }
  }
}
