/// Which updates are wanted: each condition that is there must hold.
public struct UpdateFilter: Sendable, Equatable {
  /// Names of which one must fit; nil for all.
  var metrics: Set<String>?
  var scopes: Set<String>?
  var grains: Set<String>?
  var scopeIds: Set<String>?
  var start: String?
  var currency: String?
  var parentId: String?

  /// The query parameters that make a filter.
  static let parameters = ["metric", "scope", "id", "window", "start", "currency", "parent"]

  /// - Parameter query: the values by parameter; those of `metric`, `scope`, `id` and `window` may be
  ///   comma-separated.
  init(_ query: [String: String] = [:]) {
    metrics = Self.names(query["metric"])
    scopes = Self.names(query["scope"])
    grains = Self.names(query["window"])
    scopeIds = Self.names(query["id"])
    // An id may have commas itself.
    if let id = query["id"] { scopeIds?.insert(id) }
    start = query["start"]
    currency = query["currency"]
    parentId = query["parent"]
  }

  private static func names(_ text: String?) -> Set<String>? {
    text.map { Set($0.split(separator: ",").map(String.init)) }
  }

  func matches(_ cell: ViewCell) -> Bool {
    if let metrics, !metrics.contains(cell.metric) { return false }
    if let scopes, !scopes.contains(cell.scope) { return false }
    if let grains, !grains.contains(cell.grain) { return false }
    if let scopeIds, !scopeIds.contains(cell.scopeId) { return false }
    if let start, start != cell.start { return false }
    if let currency, currency != cell.currency { return false }
    if let parentId, parentId != cell.parentId { return false }
    return true
  }
}
