import Core

extension CatalogueReader {
  /// How many zones there may be beside that of the catalogue.
  private static let maximumZones = 254
  /// How many values may have a zone, and how many ids one scope of the roster may list.
  private static let maximumIds = 10_000

  // MARK: - Zones of scopes

  /// Zones by the value of a dimension.
  func scopeZones(_ node: ConfigurationNode) -> ScopeZones? {
    guard let members = node.members(["dimension", "scopes", "values"]) else { return nil }
    let example = "write { dimension: region, scopes: [region], values: { my-3: Asia/Kuala_Lumpur } }"
    var isComplete = true
    for key in ["dimension", "scopes", "values"] where members[key] == nil {
      node.error("zones has no \(key)", example)
      isComplete = false
    }
    guard isComplete, let dimensionNode = members["dimension"], let scopesNode = members["scopes"],
      let valuesNode = members["values"]
    else { return nil }
    let dimension = dimensionNode.nonEmptyString()
    if let dimension, !dimensions.contains(where: { $0.name == dimension }) {
      dimensionNode.unknown("dimension", dimension, known: dimensions.map(\.name))
      isComplete = false
    }
    let chosen =
      names(scopesNode, "scope", known: scopes.map(\.name), ifEmpty: "write scopes: [region]") ?? []
    for choice in chosen where dimensionCount(ofScope: choice.name) == 0 {
      choice.node.error(
        "the scope \"\(choice.name)\" has no dimension, so no value of it has a zone", "leave it out here")
    }
    let zones = zones(valuesNode)
    guard isComplete, let dimension, !chosen.isEmpty, !zones.isEmpty else { return nil }
    return ScopeZones(dimension: dimension, scopes: chosen.map(\.name), zones: zones)
  }

  private func zones(_ node: ConfigurationNode) -> [String: Zone] {
    guard let entries = node.entries() else { return [:] }
    guard (1...Self.maximumIds).contains(entries.count) else {
      node.error(
        entries.isEmpty ? "no value has a zone" : "\(entries.count) values are too many",
        entries.isEmpty ? "write { my-3: Asia/Kuala_Lumpur }" : "keep at most \(Self.maximumIds)")
      return [:]
    }
    // A zone is used by many values, and its file is read once.
    var known: [String: Zone] = [:]
    var result: [String: Zone] = [:]
    for entry in entries {
      guard !entry.name.isEmpty else {
        entry.key.error("the text is empty")
        continue
      }
      guard let zone = entry.value.scalarText.flatMap({ known[$0] }) ?? zone(entry.value) else { continue }
      known[zone.name] = zone
      result[entry.name] = zone
    }
    if known.count > Self.maximumZones {
      node.error("\(known.count) zones are too many", "keep at most \(Self.maximumZones)")
    }
    return result
  }

  private func dimensionCount(ofScope name: String) -> Int {
    scopes.first { $0.name == name }?.dimensions.count ?? 0
  }

  // MARK: - Roster

  /// Who gets a zero when a window closes without events.
  func roster(_ node: ConfigurationNode) -> RosterDefinition? {
    guard let members = node.members(["scopes", "windows", "horizon"]) else { return nil }
    let example = "write { scopes: { rep: learnt }, windows: [day] }"
    for key in ["scopes", "windows"] where members[key] == nil {
      node.error("the roster has no \(key)", example)
    }
    let horizon = members["horizon"]?.durationMillis(in: Millis.day...DurationText.maximumMillis)
    guard let scopesNode = members["scopes"], let windowsNode = members["windows"] else { return nil }
    let rosterScopes = rosterScopes(scopesNode)
    let chosen =
      names(windowsNode, "window", known: windows.map(\.name), ifEmpty: "write windows: [day]") ?? []
    for choice in chosen {
      switch windows.first(where: { $0.name == choice.name })?.kind {
      case .all: choice.node.error("all of time never closes, so it yields no zeros", "leave all out")
      case .session:
        choice.node.error(
          "a session without events does not exist, so it yields no zeros", "leave \(choice.name) out")
      case let kind? where !kind.isTiling:
        choice.node.error(
          "the windows \"\(choice.name)\" overlap, and zeros are yielded only by windows that follow one another",
          "leave \(choice.name) out")
      default: break
      }
    }
    guard !rosterScopes.isEmpty, !chosen.isEmpty else { return nil }
    return RosterDefinition(
      scopes: rosterScopes, windows: chosen.map(\.name), horizonMillis: horizon ?? 90 * Millis.day)
  }

  private func rosterScopes(_ node: ConfigurationNode) -> [String: RosterDefinition.Members] {
    guard let entries = node.entries() else { return [:] }
    if entries.isEmpty { node.error("nobody is on the roster", "write { rep: learnt }") }
    var result: [String: RosterDefinition.Members] = [:]
    for entry in entries {
      guard let scope = scopes.first(where: { $0.name == entry.name }) else {
        entry.key.unknown("scope", entry.name, known: scopes.map(\.name))
        continue
      }
      guard scope.dimensions.count < 2 else {
        entry.key.error(
          "the scope \"\(scope.name)\" combines two dimensions and cannot be on the roster",
          "write a scope of one dimension")
        continue
      }
      result[scope.name] = rosterMembers(entry.value, of: scope)
    }
    return result
  }

  private func rosterMembers(
    _ node: ConfigurationNode, of scope: ScopeDefinition
  ) -> RosterDefinition.Members? {
    if !node.isList, node.scalarText == "learnt" { return .learnt }
    guard node.isList, !scope.dimensions.isEmpty else {
      node.error(
        "expected learnt\(scope.dimensions.isEmpty ? "" : " or a list of ids"), found \(node.shape)",
        scope.dimensions.isEmpty
          ? "write \(scope.name): learnt" : "write \(scope.name): learnt, or \(scope.name): [id-1, id-2]")
      return nil
    }
    let items = node.items() ?? []
    guard (1...Self.maximumIds).contains(items.count) else {
      node.error(
        items.isEmpty ? "the list of ids is empty" : "\(items.count) ids are too many",
        items.isEmpty ? "write \(scope.name): learnt, or leave it out" : "write \(scope.name): learnt")
      return nil
    }
    var ids: [String] = []
    var seen: Set<String> = []
    for item in items {
      guard let id = item.nonEmptyString() else { continue }
      if seen.insert(id).inserted {
        ids.append(id)
      } else {
        item.error("the id \"\(id)\" is listed twice", "leave it out here")
      }
    }
    return .declared(ids)
  }
}
