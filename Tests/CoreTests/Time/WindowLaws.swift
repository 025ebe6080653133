@testable import Core

/// The laws of one calendar's windows, and the labels they have had.
struct WindowLaws {
  private let calendar: WindowCalendar
  private let panes: [WindowCalendar]
  private var labels: [String: WindowBounds] = [:]
  private var broken: [String] = []

  init(_ calendar: WindowCalendar) {
    self.calendar = calendar
    panes = calendar.paneKinds.map { WindowCalendar(kind: $0, zone: calendar.zone) }
  }

  /// What the windows over an instant do not keep; empty when all is well.
  mutating func broken(
    at instant: Instant, _ naive: inout NaiveWindows, _ random: inout SplitMix
  ) -> [String] {
    broken = []
    let windows = calendar.windows(containing: instant)
    let expected = naive.windows(of: calendar.kind, at: instant)
    require(windows == expected, "covered by \(expected), not by \(windows)")
    require(zip(windows, windows.dropFirst()).allSatisfy { $0.end < $1.end }, "ordered by end: \(windows)")
    require(windows.allSatisfy { $0.contains(instant) }, "\(windows) hold the instant")
    guard let bounds = windows.randomElement(using: &random) else { return broken }
    if calendar.kind.isTiling { checkTile(bounds, instant) }
    checkPanes(windows, bounds, instant)
    require(bounds.contains(calendar.opening(of: bounds)), "the opening lies in \(bounds)")
    checkLabel(bounds)
    checkPrevious(bounds, &naive, &random)
    for after in calendar.windowsAfter(instant) {
      require(calendar.previous(of: after)?.contains(instant) ?? false, "\(after) has one before it here")
    }
    return broken
  }

  private mutating func require(_ isKept: Bool, _ law: @autoclosure () -> String) {
    if !isKept { broken.append(law()) }
  }

  private mutating func checkTile(_ bounds: WindowBounds, _ instant: Instant) {
    guard calendar.kind != .all else { return }
    let same = [bounds.start, instant, bounds.end - 1].map { calendar.bounds(containing: $0) }
    require(same == [bounds, bounds, bounds], "one window throughout \(bounds): \(same)")
    require(calendar.next(of: bounds)?.start == bounds.end, "the next one begins at the end of \(bounds)")
    require(calendar.next(of: bounds).flatMap { calendar.previous(of: $0) } == bounds, "next and previous")
  }

  /// Panes tile time, each window is exactly the union of few, and the finest lies in every window over it.
  private mutating func checkPanes(_ windows: [WindowBounds], _ bounds: WindowBounds, _ instant: Instant) {
    for pane in panes where pane.kind != .all {
      let found = pane.bounds(containing: instant)
      let isTile =
        found.contains(instant) && pane.bounds(containing: found.start) == found
        && pane.bounds(containing: found.end).start == found.end
        && pane.bounds(containing: found.start - 1).end == found.start
      require(isTile, "panes tile time: \(pane.kind) \(found)")
    }
    if case .session(let gapMillis) = calendar.kind {
      let pane = panes[0].bounds(containing: instant)
      require(pane.end - 1 - pane.start < gapMillis, "events of a pane are of one session")
      return
    }
    let finest = panes[0].bounds(containing: instant)
    require(
      windows.allSatisfy { $0.start <= finest.start && finest.end <= $0.end },
      "the finest pane \(finest) lies in all of \(windows)")
    var parts: [(place: Int, bounds: WindowBounds)] = []
    WindowCalendar.forEachPane(of: bounds, panes) { parts.append(($0, $1)) }
    let isExact =
      parts.first?.bounds.start == bounds.start && parts.last?.bounds.end == bounds.end
      && zip(parts, parts.dropFirst()).allSatisfy { $0.bounds.end == $1.bounds.start }
      && parts.allSatisfy { panes[$0.place].bounds(containing: $0.bounds.start) == $0.bounds }
    require(isExact, "panes make up \(bounds): \(parts)")
    let most = paneCountMax
    require(parts.count <= most, "\(parts.count) panes for \(bounds), not \(most) at most")
  }

  /// Fewer than eight of the coarsest, and up to seven of each finer size at both ends.
  private var paneCountMax: Int {
    switch calendar.kind {
    case .hopping, .rolling, .cumulative(.tumbling, _): 7 + 14 * (panes.count - 1)
    // The coarsest are months, four weeks or four days; then days, and hours of the last day.
    case .cumulative: 48
    default: 1
    }
  }

  private mutating func checkLabel(_ bounds: WindowBounds) {
    let label = calendar.label(bounds)
    let known = labels.updateValue(bounds, forKey: label)
    require(known == nil || known == bounds, "\(label) is \(bounds) and \(known.map { "\($0)" } ?? "")")
  }

  private mutating func checkPrevious(
    _ bounds: WindowBounds, _ naive: inout NaiveWindows, _ random: inout SplitMix
  ) {
    guard let before = calendar.previous(of: bounds) else {
      require(calendar.kind == .all || calendar.kind.isSession, "\(bounds) has one before it")
      return
    }
    if case .cumulative(let period, let step) = calendar.kind {
      let place = naive.steps(of: period, step, at: bounds.start).firstIndex(of: bounds)
      let all = naive.steps(of: period, step, at: bounds.start - 1)
      require(place.map { all[min($0, all.count - 1)] } == before, "\(before) is as far as \(bounds)")
    } else {
      require(before.end == bounds.start, "\(before) ends where \(bounds) begins")
    }
    let instant = Instant.random(in: before.start...(before.end - 1), using: &random)
    require(calendar.windowsAfter(instant).contains(bounds), "\(bounds) is after \(instant) in \(before)")
  }
}
