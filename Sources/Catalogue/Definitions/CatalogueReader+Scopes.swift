import Core

extension CatalogueReader {
  private static let maximumScopes = 64

  mutating func readScopes(_ node: ConfigurationNode) {
    var found: [(scope: ScopeDefinition, node: ConfigurationNode, parent: ConfigurationNode?)] = []
    let items = node.items() ?? []
    for item in items {
      guard let (scope, parent) = item.isMapping ? declared(item) : builtIn(item) else { continue }
      if found.contains(where: { $0.scope.name == scope.name }) {
        item.error("the scope \"\(scope.name)\" is listed twice", "leave it out here")
      } else {
        found.append((scope, item, parent))
      }
    }
    if node.isList, items.isEmpty {
      node.error("the list of scopes is empty", "write scopes: [rep, company]")
    }
    if found.count > Self.maximumScopes {
      node.error("\(found.count) scopes are too many", "keep at most \(Self.maximumScopes)")
    }
    scopes = found.map { entry in
      var scope = entry.scope
      guard let parent = scope.parent else { return scope }
      if found.contains(where: { $0.scope.name == parent }) && parent != scope.name { return scope }
      if let place = entry.parent {
        parent == scope.name
          ? place.error("a scope cannot be its own parent")
          : place.unknown("scope", parent, known: found.map(\.scope.name))
      }
      // A built-in scope goes by the nearest of its ancestors that is kept.
      scope.parent = ancestor(of: parent, among: Set(found.map(\.scope.name)))
      return scope
    }
    checkParents(found.compactMap { entry in entry.parent.map { (entry.scope.name, $0) } })
  }

  /// Reports scopes that lie above themselves, each circle once.
  ///
  /// - Parameter places: where a scope says its parent, in the order of the file.
  private func checkParents(_ places: [(name: String, node: ConfigurationNode)]) {
    let parents = Dictionary(
      scopes.compactMap { scope in scope.parent.map { (scope.name, $0) } },
      uniquingKeysWith: { first, _ in first })
    var reported: Set<String> = []
    for place in places where !reported.contains(place.name) {
      var circle = [place.name]
      while let parent = parents[circle[circle.count - 1]], !circle.contains(parent) { circle.append(parent) }
      guard circle.count > 1, parents[circle[circle.count - 1]] == place.name else { continue }
      reported.formUnion(circle)
      place.node.error(
        "the scope \"\(place.name)\" lies above itself: \((circle + [place.name]).joined(separator: " → "))",
        "give one of them another parent, or none")
    }
  }

  private func ancestor(of name: String, among kept: Set<String>) -> String? {
    var parent = BuiltInCatalogue.scopes.first { $0.name == name }?.parent
    for _ in BuiltInCatalogue.scopes {
      guard let candidate = parent, !kept.contains(candidate) else { return parent }
      parent = BuiltInCatalogue.scopes.first { $0.name == candidate }?.parent
    }
    return parent
  }

  private func builtIn(_ node: ConfigurationNode) -> (ScopeDefinition, ConfigurationNode?)? {
    guard let name = node.nonEmptyString() else { return nil }
    if let scope = BuiltInCatalogue.scopes.first(where: { $0.name == name }) { return (scope, nil) }
    // A dimension is a scope of the same name unless something else is said.
    if dimensions.contains(where: { $0.name == name }) {
      return (ScopeDefinition(name: name, dimensions: [name], parent: "company"), nil)
    }
    node.unknown("scope", name, known: BuiltInCatalogue.scopes.map(\.name) + newDimensionNames)
    return nil
  }

  private var newDimensionNames: [String] {
    let known = Set(BuiltInCatalogue.scopes.map(\.name))
    return dimensions.map(\.name).filter { !known.contains($0) }
  }

  private func declared(_ node: ConfigurationNode) -> (ScopeDefinition, ConfigurationNode?)? {
    guard let members = node.members(["name", "dimensions", "parent"]) else { return nil }
    guard let nameNode = members["name"] else {
      node.error("a scope needs a name", "write { name: rep_kind, dimensions: [rep, kind], parent: rep }")
      return nil
    }
    guard let name = nameNode.nonEmptyString(), nameNode.checkName(name, "scope") else { return nil }
    var scope = ScopeDefinition(name: name, dimensions: [])
    if let dimensionsNode = members["dimensions"] {
      let items = dimensionsNode.items() ?? []
      for item in items {
        guard let dimension = item.nonEmptyString() else { continue }
        if !dimensions.contains(where: { $0.name == dimension }) {
          item.unknown("dimension", dimension, known: dimensions.map(\.name))
        } else if scope.dimensions.contains(dimension) {
          item.error("the dimension \"\(dimension)\" is listed twice", "leave it out here")
        } else {
          scope.dimensions.append(dimension)
        }
      }
      if items.count > 2 {
        dimensionsNode.error("a scope has at most two dimensions, not \(items.count)", "leave some out")
      }
    } else {
      node.error(
        "the scope \"\(name)\" has no dimensions", "write dimensions: [rep], or dimensions: [] for everything"
      )
    }
    if let standard = BuiltInCatalogue.scopes.first(where: { $0.name == name }),
      let dimensionsNode = members["dimensions"], Set(standard.dimensions) != Set(scope.dimensions)
    {
      dimensionsNode.error(
        "the scope \"\(name)\" is built in with dimensions: [\(standard.dimensions.joined(separator: ", "))]",
        "leave the dimensions as they are, or choose another name")
    }
    scope.parent = members["parent"]?.nonEmptyString()
    return (scope, members["parent"])
  }
}
