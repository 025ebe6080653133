extension CatalogueCompiler {
  /// Fills `windows`: each defined window in each zone that some metric or scope needs it in, then the windows that hold
  /// the panes of overlapping ones, which are not published.
  mutating func compileWindows() throws(CatalogueFault) {
    var definitions = definition.windows
    if !definitions.contains(where: { $0.kind == .all }) {
      definitions.append(WindowDefinition(name: "all", kind: .all, graceMillis: 0, retentionMillis: 0))
    }
    for window in definitions {
      guard window.kind.isValid else { throw CatalogueFault("the window \(window.name) is out of range") }
      addWindow(window, definition.zone, tag: 0)
    }
    try compileScopeZones(definitions)
    for metric in definition.metrics {
      guard let zone = metric.zone else { continue }
      for name in metric.windows {
        guard let window = definitions.first(where: { $0.name == name }), window.kind.followsZone,
          !windows.contains(where: { $0.name == name && $0.calendar.zone == zone && $0.isOwnZone })
        else { continue }
        addWindow(window, zone, tag: 0, isOwnZone: true)
      }
    }
    for place in windows.indices where !windows[place].isTiling {
      let panes = windows[place].calendar.paneKinds.map { addPaneWindow($0, of: place) }
      windows[place] = windows[place].made(of: panes)
    }
  }

  private mutating func addWindow(
    _ window: WindowDefinition, _ zone: Zone, tag: Int, isOwnZone: Bool = false
  ) {
    windows.append(
      Catalogue.Window(
        name: window.name, calendar: WindowCalendar(kind: window.kind, zone: zone),
        graceMillis: window.graceMillis, retentionMillis: max(window.retentionMillis, window.graceMillis),
        isPublished: true, zoneTag: tag, isOwnZone: isOwnZone))
    // Not the tag: what a window holds does not depend on which zone comes first.
    windowIdentities.append(
      identityHash(
        "\(window.name)|\(window.kind)|\(zone.name)\(tag > 0 ? "|scope" : "")\(isOwnZone ? "|own" : "")"))
  }

  private mutating func compileScopeZones(_ definitions: [WindowDefinition]) throws(CatalogueFault) {
    guard let scopeZones = definition.scopeZones else { return }
    guard definition.dimensions.contains(where: { $0.name == scopeZones.dimension }) else {
      throw CatalogueFault("zones name an unknown dimension \(scopeZones.dimension)")
    }
    var names: [String] = []
    for (value, zone) in scopeZones.zones.sorted(by: { $0.key < $1.key }) where zone != definition.zone {
      if !names.contains(zone.name) {
        names.append(zone.name)
        for window in definitions where window.kind.followsZone { addWindow(window, zone, tag: names.count) }
      }
      let tag = (names.firstIndex(of: zone.name) ?? -1) + 1
      zoneTags[Hashing.textValue(value)] = UInt8(tag)
    }
    guard names.count < 255 else { throw CatalogueFault("\(names.count) zones are too many; at most 254") }
  }

  /// Adds the window that holds panes of a kind for an overlapping window.
  ///
  /// Each has its own: what is late for one may not be for another. They last as the window does when its grace or
  /// retention is changed.
  private mutating func addPaneWindow(_ kind: WindowKind, of place: Int) -> Int {
    let owner = windows[place]
    // A pane lies in windows that end up to their whole length later, and those are compared with ones before them.
    let retention = owner.retentionMillis + 3 * owner.calendar.longestMillis
    windows.append(
      Catalogue.Window(
        name: owner.name, calendar: WindowCalendar(kind: kind, zone: owner.calendar.zone),
        graceMillis: owner.graceMillis, retentionMillis: retention, isPublished: false,
        zoneTag: owner.zoneTag, isOwnZone: owner.isOwnZone))
    windowIdentities.append(Hashing.combine(windowIdentities[place], identityHash("pane|\(kind)")))
    return windows.count - 1
  }

  /// The windows a metric is published for, and those that keep what it needs.
  func windows(of metric: MetricDefinition) throws(CatalogueFault) -> (published: Set<Int>, kept: Set<Int>) {
    var published: Set<Int> = []
    for name in metric.windows {
      let places = windows.indices.filter { place in
        let window = windows[place]
        guard window.isPublished, window.name == name else { return false }
        if !window.calendar.kind.followsZone { return true }
        return metric.zone == nil
          ? !window.isOwnZone : window.isOwnZone && window.calendar.zone == metric.zone
      }
      guard !places.isEmpty else {
        throw CatalogueFault("metric \(metric.name) names an unknown window \(name)")
      }
      published.formUnion(places)
    }
    return (published, published.reduce(into: published) { $0.formUnion(windows[$1].panes) })
  }

  func compileRoster() throws(CatalogueFault) -> Catalogue.Roster? {
    guard let roster = definition.roster else { return nil }
    for name in roster.scopes.keys {
      guard let scope = definition.scopes.first(where: { $0.name == name }), scope.dimensions.count <= 1
      else {
        throw CatalogueFault("the roster names \(name), which is no scope of one dimension")
      }
    }
    return Catalogue.Roster(
      scopes: definition.scopes.map { scope in
        switch roster.scopes[scope.name] {
        case .declared(let texts): .declared(texts.map { (Hashing.textValue($0), arena.text($0)) })
        case .learnt: .learnt
        case nil: nil
        }
      },
      windows: windows.map {
        $0.isPublished && $0.isTiling && !$0.isAll && roster.windows.contains($0.name)
      },
      horizonMillis: roster.horizonMillis)
  }

  /// The places of a group's windows as the hot path needs them.
  func windowSlots(_ key: GroupKey) throws(CatalogueFault) -> [WindowSlot] {
    let hasZones = zoneSlotIsNeeded(key)
    // Masks have a bit for each, and eight for the zone.
    guard key.windows.count <= WindowSlot.countMax else {
      throw CatalogueFault(
        "\(key.windows.count) windows, with their zones and panes, are too many for one measure; at most "
          + "\(WindowSlot.countMax)")
    }
    return key.windows.map { place in
      let window = windows[place]
      return WindowSlot(
        window: Int32(place), isStored: window.isTiling, isPane: !window.isPublished,
        followsScopeZone: hasZones && isZoned(window),
        zoneTag: UInt8(window.zoneTag))
    }
  }

  /// Whether the values of the zone dimension decide on a window's zone, or on that of the window whose panes it holds.
  private func isZoned(_ window: Catalogue.Window) -> Bool {
    guard !window.isOwnZone else { return false }
    if window.isPublished { return window.calendar.kind.followsZone }
    return window.zoneTag > 0 || window.calendar.kind.followsZone
  }

  /// Whether some window of a group is kept in the zones of a dimension's values.
  func zoneSlotIsNeeded(_ key: GroupKey) -> Bool { key.windows.contains { windows[$0].zoneTag > 0 } }
}

extension WindowKind {
  /// Whether its boundaries depend on the zone.
  var followsZone: Bool {
    switch self {
    case .tumbling, .hopping, .session, .all, .cumulative(.tumbling, _): false
    default: true
    }
  }
}

extension WindowCalendar {
  /// No window of the kind is longer than this, in milliseconds; sessions count as one gap.
  var longestMillis: Int64 {
    switch kind {
    case .tumbling(let sizeMillis, _), .hopping(let sizeMillis, _, _), .session(let sizeMillis): sizeMillis
    case .hour: Millis.hour
    case .day: 2 * Millis.day
    case .week: 8 * Millis.day
    case .month: 32 * Millis.day
    case .quarter, .fiscalQuarter: 93 * Millis.day
    case .year, .fiscalYear: 367 * Millis.day
    case .retail(_, let part): (part == .period ? 43 : part == .quarter ? 99 : 372) * Millis.day
    case .workingDay: 32 * Millis.day
    case .dayBlock(let count, _): Int64(count + 1) * Millis.day
    case .monthBlock(let count, _): Int64(count) * 31 * Millis.day + Millis.day
    case .rolling(let count, .day): Int64(count + 1) * Millis.day
    case .rolling(let count, .week): Int64(count * 7 + 1) * Millis.day
    case .rolling(let count, .month): Int64(count) * 31 * Millis.day + Millis.day
    case .cumulative(let period, _): WindowCalendar(kind: period, zone: zone).longestMillis
    case .all: 0
    }
  }
}
