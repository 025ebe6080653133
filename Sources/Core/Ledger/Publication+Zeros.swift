/// Zeros for everybody on the roster whose window closed without an event, and tombstones for what is past its retention.
extension Publication {
  mutating func publishZeros(_ body: (Update) throws -> Void) rethrows {
    guard let roster = catalogue.roster else { return }
    let earliest = evaluator.stores.map { $0.roster.earliest }.min() ?? .max
    // When nobody has been heard of for so long, zeros tell nothing.
    let latest = min(ledger.watermark, ledger.streamTime + roster.horizonMillis)
    guard earliest < latest else { return }
    let previous = publishesUnchanged ? Int64.min : previousWatermark
    let since = max(previous, earliest)
    let members = catalogue.scopes.indices.map { self.members(of: roster, $0) }
    for index in catalogue.windows.indices where roster.windows[index] {
      let window = catalogue.windows[index]
      var bounds = window.calendar.bounds(containing: since - window.graceMillis)
      while bounds.end <= latest {
        let state = Ledger.state(of: window, end: bounds.end, watermark: ledger.watermark)
        // Before the first event nothing was there to happen.
        if bounds.end > earliest, state != Ledger.state(of: window, end: bounds.end, watermark: previous) {
          try publishZeros(for: members, roster.horizonMillis, index, bounds, state, body)
        }
        guard let next = window.calendar.next(of: bounds) else { break }
        bounds = next
      }
    }
  }

  /// - Parameter members: by scope, who is on the roster.
  private mutating func publishZeros(
    for members: [[RosterMember]], _ horizonMillis: Int64, _ index: Int, _ bounds: WindowBounds,
    _ state: WindowState, _ body: (Update) throws -> Void
  ) rethrows {
    let window = catalogue.windows[index]
    for scope in catalogue.scopes.indices {
      for member in members[scope] where member.isThere(during: bounds, horizonMillis) {
        let tag = catalogue.scopes[scope].followsZone ? Int(member.tag) : 0
        guard window.isOwnZone || !window.calendar.kind.followsZone || tag == window.zoneTag else { continue }
        for (number, metric) in catalogue.metrics.enumerated()
        where metric.hasZeroRows && !metric.isLevel && metric.scopes[scope] && metric.windows[index] {
          let cell = CellContext(
            key: CellKey(
              window: Int32(index), start: bounds.start, end: bounds.end, scope: Int32(scope),
              first: member.hash, second: FieldValue.absent, currency: FieldValue.absent),
            home: member.home, numbers: CellNumbers(first: member.number, second: 0, currency: 0))
          try publishZero(number, metric, cell, member, state, body)
        }
      }
    }
  }

  private mutating func publishZero(
    _ index: Int, _ metric: Catalogue.Metric, _ cell: CellContext, _ member: RosterMember,
    _ state: WindowState,
    _ body: (Update) throws -> Void
  ) rethrows {
    let known = metric.isMoney && !ledger.currencies.isEmpty ? ledger.currencies : [FieldValue.absent]
    for currency in known {
      let moved = cell.inCurrency(
        currency, number: evaluator.stores[cell.home].texts.number(ofHash: currency))
      evaluator.beginCell()
      begin()
      // Whoever has events, in whatever currency, has a number of their own.
      guard !hasContributions(metric, moved) else { continue }
      var update = Update(
        metric: index, scope: Int(cell.scope), window: Int(cell.window), start: cell.start, end: cell.end,
        state: state, asOf: max(ledger.streamTime, 0))
      update.revision = UInt64(state.rawValue)
      try publishEmpty(&update, metric, moved, member.text, body)
    }
  }

  /// The ids of a scope that are on the roster: those that are declared, or those that were seen.
  private func members(of roster: Catalogue.Roster, _ scope: Int) -> [RosterMember] {
    switch roster.scopes[scope] {
    case .declared(let texts):
      return texts.map { text in
        let known = evaluator.stores.indices.first {
          evaluator.stores[$0].texts.number(ofHash: text.hash) != 0
        }
        let home = known ?? 0
        return RosterMember(
          hash: text.hash, home: home, number: evaluator.stores[home].texts.number(ofHash: text.hash),
          first: .min, last: .max, tag: catalogue.zoneTags[text.hash] ?? 0, text: text.bytes)
      }
    case .learnt:
      var found: [Int64: RosterMember] = [:]
      for (home, store) in evaluator.stores.enumerated() {
        store.roster.forEach(scope: scope) { number, entry in
          let hash = store.texts.hash(of: number)
          var member =
            found[hash]
            ?? RosterMember(
              hash: hash, home: home, number: number, first: entry.first, last: entry.last,
              tag: UInt8(entry.tag),
              text: .none)
          if entry.last > member.last { member.tag = UInt8(entry.tag) }
          member.first = min(member.first, entry.first)
          member.last = max(member.last, entry.last)
          found[hash] = member
        }
      }
      return found.values.sorted { $0.hash < $1.hash }
    case nil: return []
    }
  }

  // MARK: - Tombstones

  mutating func publishTombstones(_ body: (Update) throws -> Void) rethrows {
    guard catalogue.definition.hasTombstones, let limits = ledger.nextExpiry else { return }
    var done: Set<MetricCell> = []
    for (number, store) in evaluator.stores.enumerated() {
      for group in 0..<catalogue.groups.count {
        let state = store.group(group)
        for place in 0..<state.pointee.segments.count {
          let segment = state.pointee.segments[place]
          for (window, bounds) in expired(segment.pointee, state, limits) {
            for row in 0..<segment.pointee.rowCount {
              let cell = context(number, segment, row).moved(to: bounds, window: Int32(window))
              try withdrawAll(cell, group, &done, body)
            }
          }
        }
      }
    }
    for (index, window) in catalogue.windows.enumerated() where window.isSession {
      for due in ledger.sessions.expired(window: Int32(index), limit: limits[index]) {
        try withdrawAll(due.cell, due.key.group, &done, body)
      }
    }
  }

  /// The published windows that go with a segment when the limits advance.
  private func expired(
    _ segment: Segment, _ state: UnsafeMutablePointer<GroupState>, _ limits: [Int64]
  ) -> [(Int, WindowBounds)] {
    let bounds = WindowBounds(start: segment.start, end: segment.end)
    let window = Int(segment.window)
    if catalogue.windows[window].isPublished {
      let position = state.pointee.position(of: segment.window)
      return state.pointee.isExpired(position, bounds, limits) ? [(window, bounds)] : []
    }
    guard let owner = catalogue.paneOwners[window], !catalogue.windows[owner].isSession else { return [] }
    return catalogue.windows[owner].calendar.windows(containing: segment.start)
      .filter { $0.end <= limits[owner] && $0.end > ledger.expiredBefore[owner] }.map { (owner, $0) }
  }

  private mutating func withdrawAll(
    _ cell: CellContext, _ group: Int, _ done: inout Set<MetricCell>, _ body: (Update) throws -> Void
  ) rethrows {
    for dependent in catalogue.dependents[group] where !dependent.isPrior {
      let metric = catalogue.metrics[dependent.metric]
      guard metric.scopes[Int(cell.scope)], metric.windows[Int(cell.window)] else { continue }
      let isSplit = metric.isMoney && catalogue.groups[group].currencySlot < 0
      for currency in isSplit ? ledger.currencies : [cell.currency] {
        let number =
          isSplit ? evaluator.stores[cell.home].texts.number(ofHash: currency) : cell.numbers.currency
        let moved = cell.inCurrency(currency, number: number)
        guard done.insert(MetricCell(metric: dependent.metric, cell: moved.key)).inserted else { continue }
        if isSplit {
          evaluator.beginCell()
          begin()
          guard exists(metric, moved) else { continue }
        }
        try withdraw(dependent.metric, metric, moved, body)
      }
    }
  }
}

/// Somebody who gets a zero when nothing happened.
struct RosterMember {
  let hash: Int64
  /// A store that knows the id, and its number there; 0 for one that no event has named.
  let home: Int
  let number: UInt32
  var first: Int64
  var last: Int64
  var tag: UInt8
  /// The id as declared, for one that no event has named.
  let text: EventBytes

  func isThere(during bounds: WindowBounds, _ horizonMillis: Int64) -> Bool {
    first < bounds.end && (last == .max || last + horizonMillis >= bounds.start)
  }
}
