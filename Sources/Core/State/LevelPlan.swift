/// In which steps a group's combined contributions are fanned out to its windows.
///
/// The first level holds contributions by the pane that all windows share. Where several windows are made of coarser
/// panes (hours, days), contributions are combined once more by those before they go to the windows, so that the
/// windows cost by what is distinct in their own panes.
struct LevelPlan {
  struct Level {
    let pane: WindowCalendar
    /// The level it is combined from; -1 for the first.
    let source: Int
    /// Positions of the windows that are served from here.
    var positions: [Int]
  }

  private(set) var levels: [Level]

  /// - Parameters:
  ///   - calendars: by position; nil for windows that are not stored.
  ///   - isSingle: allows one level only; contributions with lists of values cannot be combined twice.
  init(_ calendars: [WindowCalendar?], isSingle: Bool) {
    let stored = calendars.compactMap { $0 }
    levels = [Level(pane: .commonPane(of: stored), source: -1, positions: [])]
    if !isSingle {
      for candidate in Self.candidates(stored) {
        let source = coarsest(tiling: candidate)
        let served = calendars.filter { calendar in
          guard let calendar, calendar.kind != .all else { return false }
          return coarsest(tiling: calendar) == source && calendar.isTiled(by: candidate)
        }
        if source >= 0, served.count >= 2, levels[source].pane != candidate {
          levels.append(Level(pane: candidate, source: source, positions: []))
        }
      }
    }
    for (position, calendar) in calendars.enumerated() {
      guard let calendar else { continue }
      levels[coarsest(tiling: calendar)].positions.append(position)
    }
  }

  /// Panes worth combining by, finest first: the sizes of tumbling windows, then each zone's hours and days.
  private static func candidates(_ stored: [WindowCalendar]) -> [WindowCalendar] {
    var sizes: [(Int64, WindowCalendar)] = []
    var zones: [Zone] = []
    for calendar in stored {
      if case .tumbling(let sizeMillis, _) = calendar.kind { sizes.append((sizeMillis, calendar)) }
      if calendar.kind.followsZone, !zones.contains(calendar.zone) { zones.append(calendar.zone) }
    }
    return sizes.sorted { $0.0 < $1.0 }.map(\.1)
      + zones.flatMap { zone in
        [WindowKind.hour, .day, .month].map { WindowCalendar(kind: $0, zone: zone) }
      }
  }

  /// The last level, which is the coarsest, whose panes tile a window.
  private func coarsest(tiling calendar: WindowCalendar) -> Int {
    levels.lastIndex { calendar.isTiled(by: $0.pane) } ?? 0
  }
}
