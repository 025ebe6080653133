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
    scope.parent = members["parent"]?.nonEmptyString()
    return (scope, members["parent"])
  }
}
