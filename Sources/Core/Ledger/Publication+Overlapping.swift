/// Windows made of panes, and sessions: which of their cells a change of a pane concerns.
extension Publication {
  /// The windows that a segment's rows are part of: of a pane, those made of it; of an overlapping window's own, that one;
  /// and the windows after them that are published with their value. A session is told by its pane.
  func targets(of segment: Segment, _ group: Int) -> [(window: Int, bounds: WindowBounds)] {
    let own = WindowBounds(start: segment.start, end: segment.end)
    let window = catalogue.windows[Int(segment.window)]
    let hasPrior = catalogue.dependents[group].contains(where: \.isPrior)
    var found: [(window: Int, bounds: WindowBounds)] = []
    if window.isPublished {
      found.append((Int(segment.window), own))
      if hasPrior {
        for after in window.calendar.windowsAfter(own.start) where window.calendar.previous(of: after) == own
        {
          found.append((Int(segment.window), after))
        }
      }
    }
    if let owner = catalogue.paneOwners[Int(segment.window)], catalogue.keeps(group: group, window: owner) {
      let calendar = catalogue.windows[owner].calendar
      if calendar.kind.isSession {
        found.append((owner, own))
      } else {
        found += calendar.windows(containing: own.start).map { (owner, $0) }
        if hasPrior { found += calendar.windowsAfter(own.start).map { (owner, $0) } }
      }
    }
    return found.filter {
      catalogue.windows[$0.window].isSession || isPublished($0.window, $0.bounds)
    }
  }

  /// Whether an overlapping window has opened and is not past its retention.
  func isPublished(_ window: Int, _ bounds: WindowBounds) -> Bool {
    let opened = publishesUnchanged ? max(ledger.watermark, ledger.streamTime) : ledger.watermark
    let opening = catalogue.windows[window].calendar.opening(of: bounds)
    return (opening <= opened || opening == bounds.start) && bounds.end > ledger.expiredBefore[window]
  }

  /// Notes the cells of the windows that a changed row is part of.
  mutating func collect(_ group: Int, _ cell: CellContext, _ targets: [(window: Int, bounds: WindowBounds)]) {
    for target in targets {
      let moved = cell.moved(to: target.bounds, window: Int32(target.window))
      if catalogue.windows[target.window].isSession {
        changedSessions[SessionBook.Key(group: group, moved), default: (moved, [])].panes.append(
          target.bounds)
      } else {
        overlapping.append(moved)
      }
    }
  }

  mutating func publishOverlapping(_ body: (Update) throws -> Void) rethrows {
    for key in ledger.overlapTransitions { collectTransition(key) }
    var done: Set<MetricCell> = []
    for cell in overlapping.cells {
      evaluator.beginCell()
      begin()
      for group in 0..<catalogue.groups.count where catalogue.keeps(group: group, window: Int(cell.window)) {
        try publish(cell, of: group, isForced: false, &done, body)
      }
    }
  }

  struct MetricCell: Hashable {
    let metric: Int
    let cell: CellKey
  }

  /// Hands over every metric of a cell that a group feeds, once.
  private mutating func publish(
    _ cell: CellContext, of group: Int, isForced: Bool, _ done: inout Set<MetricCell>,
    _ body: (Update) throws -> Void
  ) rethrows {
    for dependent in catalogue.dependents[group] {
      let metric = catalogue.metrics[dependent.metric]
      // What is no money is the same in every currency's cell, and has one of its own.
      guard metric.scopes[Int(cell.scope)], metric.windows[Int(cell.window)],
        metric.isMoney || cell.currency == FieldValue.absent
      else { continue }
      if metric.isMoney, cell.currency == FieldValue.absent, catalogue.groups[group].currencySlot < 0 {
        try visitCurrencies(
          dependent.metric, metric, -1, cell, isForced: isForced,
          isNew: { done.insert(MetricCell(metric: dependent.metric, cell: $0.key)).inserted }, body)
      } else if done.insert(MetricCell(metric: dependent.metric, cell: cell.key)).inserted,
        !metric.isMoney || exists(metric, cell)
      {
        try emit(dependent.metric, metric, -1, cell, isForced: isForced, body)
      }
    }
  }

  /// Notes every cell of an overlapping window that opened, closed or became final.
  private mutating func collectTransition(_ key: TransitionQueue.Key) {
    let window = catalogue.windows[Int(key.window)]
    for group in 0..<catalogue.groups.count where catalogue.keeps(group: group, window: Int(key.window)) {
      var segments = [(key.window, key.bounds)]
      WindowCalendar.forEachPane(of: key.bounds, window.panes.map { catalogue.windows[$0].calendar }) {
        place, pane in
        segments.append((Int32(window.panes[place]), pane))
      }
      for (kept, bounds) in segments {
        for (number, store) in evaluator.stores.enumerated() {
          guard let segment = store.group(group).pointee.find(window: kept, bounds) else { continue }
          for row in 0..<segment.pointee.rowCount {
            overlapping.append(context(number, segment, row).moved(to: key.bounds, window: key.window))
          }
        }
      }
    }
  }

  // MARK: - Sessions

  /// Finds the sessions around every changed pane, withdraws those that are no more, and hands over the others.
  mutating func publishSessions(_ body: (Update) throws -> Void) rethrows {
    var done: Set<MetricCell> = []
    ledger.sessions.beginPublication()
    for key in changedSessions.keys.sorted(by: { $0.order < $1.order }) {
      guard let change = changedSessions[key] else { continue }
      let window = catalogue.windows[Int(change.cell.window)]
      guard case .session(let gapMillis) = window.calendar.kind else { continue }
      let finder = SessionFinder(
        evaluator: evaluator, group: key.group, cell: change.cell, gapMillis: gapMillis)
      let found = finder.sessions(around: change.panes)
      var before: [WindowBounds] = []
      for area in change.panes + found {
        for session in ledger.sessions.sessions(
          of: key, from: area.start - gapMillis, to: area.end + gapMillis)
        where !before.contains(session) { before.append(session) }
      }
      // A published session beside the changed panes that is still as it was is neither found nor gone.
      before.removeAll { session in !found.contains(session) && finder.isPresent(session) }
      let added = found.filter { !before.contains($0) }
      ledger.sessions.stage(key, change.cell, removed: before, added: found)
      for session in before where !found.contains(where: { $0.start == session.start }) {
        try publishWithdrawal(change.cell.moved(to: session), key.group, body)
      }
      for session in found {
        evaluator.beginCell()
        begin()
        try publish(
          change.cell.moved(to: session), of: key.group, isForced: added.contains(session), &done, body)
      }
    }
    for due in ledger.sessions.due where ledger.sessions.isCurrent(due) {
      evaluator.beginCell()
      begin()
      try publish(due.cell, of: due.key.group, isForced: false, &done, body)
    }
  }

  private mutating func publishWithdrawal(
    _ cell: CellContext, _ group: Int, _ body: (Update) throws -> Void
  ) rethrows {
    let window = catalogue.windows[Int(cell.window)]
    let wasOpen = Ledger.state(of: window, end: cell.end, watermark: previousWatermark) == .open
    for dependent in catalogue.dependents[group] {
      let metric = catalogue.metrics[dependent.metric]
      guard metric.scopes[Int(cell.scope)], metric.windows[Int(cell.window)] else { continue }
      // What waits for the close has not been handed over.
      if metric.emission == .close, wasOpen { continue }
      try withdraw(dependent.metric, metric, cell, body)
    }
  }

  // MARK: - Restoring

  /// Takes every session there is as published, and every open cell of a metric published at intervals as waiting,
  /// because what waited before is not known.
  consuming func settle() {
    for (number, store) in evaluator.stores.enumerated() {
      for group in 0..<catalogue.groups.count {
        let state = store.group(group)
        let waits = hasIntervals(group)
        for place in 0..<state.pointee.segments.count {
          let segment = state.pointee.segments[place]
          guard waits || ledger.isOfSessions[Int(segment.pointee.window)] else { continue }
          let isOfPanes = !catalogue.windows[Int(segment.pointee.window)].isPublished
          let targets =
            isOfPanes
            ? targets(of: segment.pointee, group).filter {
              waits || catalogue.windows[$0.window].isSession
            } : []
          if isOfPanes, targets.isEmpty { continue }
          for row in 0..<segment.pointee.rowCount {
            let cell = context(number, segment, row)
            if isOfPanes { collect(group, cell, targets) } else { overlapping.append(cell) }
          }
        }
      }
    }
    for cell in overlapping.cells { holdBack(cell) }
    publishSessions { _ in }
  }

  private func hasIntervals(_ group: Int) -> Bool {
    catalogue.dependents[group].contains { catalogue.metrics[$0.metric].isAtIntervals }
  }

  private func holdBack(_ cell: CellContext) {
    let window = catalogue.windows[Int(cell.window)]
    guard Ledger.state(of: window, end: cell.end, watermark: ledger.watermark) == .open else { return }
    for (index, metric) in catalogue.metrics.enumerated()
    where metric.isAtIntervals && metric.scopes[Int(cell.scope)] && metric.windows[Int(cell.window)]
      && (metric.isMoney || cell.currency == FieldValue.absent)
    {
      ledger.deferred.append(index, cell)
    }
  }

  // MARK: - Held back

  /// Hands over what waited for the interval that the watermark has begun.
  mutating func publishDeferred(_ body: (Update) throws -> Void) rethrows {
    for (index, cell) in ledger.deferred.cells(of: { ledger.isDue($0, previousWatermark: previousWatermark) })
    {
      // A window that closed since has been handed over for that; a session that took part in another one is no more.
      let window = catalogue.windows[Int(cell.window)]
      guard !handedOver.contains(MetricCell(metric: index, cell: cell.key)),
        Ledger.state(of: window, end: cell.end, watermark: ledger.watermark) == .open,
        !window.isSession || isCurrentSession(catalogue.metrics[index], cell)
      else { continue }
      evaluator.beginCell()
      begin()
      guard !catalogue.metrics[index].isMoney || exists(catalogue.metrics[index], cell) else { continue }
      try emit(index, catalogue.metrics[index], -1, cell, isForced: true, body)
    }
  }

  private func isCurrentSession(_ metric: Catalogue.Metric, _ cell: CellContext) -> Bool {
    metric.groups.contains {
      ledger.sessions.isCurrent(SessionBook.Due(key: .init(group: $0, cell), cell: cell))
    }
  }
}

extension SessionBook.Key {
  /// An order that depends on the cells alone.
  fileprivate var order: (Int, Int32, Int32, Int64, Int64, Int64) {
    (group, cell.window, cell.scope, cell.first, cell.second, cell.currency)
  }
}
