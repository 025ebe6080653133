/// Finds the sessions of one cell's ids from the panes of a gap's length that hold its events.
struct SessionFinder {
  let evaluator: Evaluator
  let group: Int
  let cell: CellContext
  let gapMillis: Int64

  private var paneWindow: Int { evaluator.catalogue.windows[Int(cell.window)].panes[0] }
  private var calendar: WindowCalendar { evaluator.catalogue.windows[paneWindow].calendar }

  /// The sessions that have an event in one of the panes, or in a pane next to one.
  func sessions(around panes: [WindowBounds]) -> [WindowBounds] {
    var found: [WindowBounds] = []
    for pane in panes {
      for start in [pane.start - gapMillis, pane.start, pane.end] {
        let place = calendar.bounds(containing: start)
        if let session = session(through: place), !found.contains(session) { found.append(session) }
      }
    }
    return found.sorted { $0.start < $1.start }
  }

  /// Whether the events still make this session.
  func isPresent(_ session: WindowBounds) -> Bool {
    self.session(through: calendar.bounds(containing: session.start)) == session
  }

  /// The session that a pane's events belong to; a pane is shorter than a pause, so it is one.
  private func session(through pane: WindowBounds) -> WindowBounds? {
    guard let own = events(in: pane) else { return nil }
    var (first, last) = (own.first, own.last)
    var before = calendar.bounds(containing: pane.start - 1)
    while let neighbour = events(in: before), first - neighbour.last < gapMillis {
      first = neighbour.first
      before = calendar.bounds(containing: before.start - 1)
    }
    var after = calendar.bounds(containing: pane.end)
    while let neighbour = events(in: after), neighbour.first - last < gapMillis {
      last = neighbour.last
      after = calendar.bounds(containing: after.end)
    }
    return WindowBounds(start: first, end: last + gapMillis)
  }

  /// The times of the first and last event in a pane.
  private func events(in pane: WindowBounds) -> (first: Int64, last: Int64)? {
    evaluator.beginCell()
    let rows = evaluator.gather(group: group, cell, pane: pane, of: paneWindow)
    let program = evaluator.catalogue.groupPrograms.base + group
    let measure = program.pointee.measures[Int(program.pointee.timeMeasure)]
    guard let times = MultisetReader.bounds(rows, word: Int(measure.cellWord)) else { return nil }
    return (times.least, times.greatest)
  }
}
