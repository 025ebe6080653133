import Hummingbird
import Service

/// Every address that is answered.
struct Routes {
  let state: WebState
  let guardian: GuardMiddleware
  let reload: ReloadDesk?

  func router() -> Router<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: guardian)
    addHealth(router)
    addPage(router)
    addDocuments(router)
    addUpdates(router)
    addReload(router)
    return router
  }

  // MARK: - Health

  private func addHealth(_ router: Router<BasicRequestContext>) {
    for path in ["livez", "health"] as [RouterPath] {
      router.get(path) { request, _ in
        _ = try QueryReader(request, known: [])
        guard state.isAlive else {
          let text = "the processing loop has not advanced for \(state.monitor.stallMillis / 1_000) s\n"
          return Answer.text(text, status: .serviceUnavailable)
        }
        return Answer.text("ok\n")
      }
    }
    for path in ["readyz", "ready"] as [RouterPath] {
      router.get(path) { request, _ in
        let query = try QueryReader(request, known: ["verbose", "standby"])
        return try readiness(isVerbose: query.flag("verbose"), acceptsStandby: query.flag("standby"))
      }
    }
    router.get("metrics") { request, _ in
      _ = try QueryReader(request, known: [])
      let wanted = request.headers[.accept] ?? ""
      let format: MetricsText.Format =
        wanted.contains("application/openmetrics-text") ? .openMetrics : .prometheus
      return Answer.text(MetricsPage.text(state, format: format), type: format.contentType)
    }
  }

  private func readiness(isVerbose: Bool, acceptsStandby: Bool) -> Response {
    let checks = state.readiness(acceptsStandby: acceptsStandby)
    let isReady = checks.allSatisfy(\.isPassed)
    var text = ""
    if isVerbose {
      for check in checks { text += "[\(check.isPassed ? "+" : "-")]\(check.name): \(check.detail)\n" }
    } else {
      for check in checks where !check.isPassed { text += "\(check.name): \(check.detail)\n" }
    }
    return Answer.text(text + (isReady ? "ok\n" : "not ready\n"), status: isReady ? .ok : .serviceUnavailable)
  }

  // MARK: - Page

  private func addPage(_ router: Router<BasicRequestContext>) {
    let files: [(RouterPath, [UInt8], String)] = [
      ("/", PackageResources.index_html, "text/html; charset=utf-8"),
      ("page.css", PackageResources.page_css, "text/css; charset=utf-8"),
      ("page.js", PackageResources.page_js, "text/javascript; charset=utf-8"),
      ("icon.svg", PackageResources.icon_svg, "image/svg+xml"),
      ("api/v1/openapi.json", PackageResources.openapi_json, "application/json"),
    ]
    for (path, bytes, type) in files { router.get(path) { _, _ in Answer.bytes(bytes, type: type) } }
  }

  // MARK: - Documents

  private func addDocuments(_ router: Router<BasicRequestContext>) {
    func add(_ name: String, _ body: @escaping @Sendable () throws -> Response) {
      router.get("api/v1/\(name)") { request, _ in
        _ = try QueryReader(request, known: [])
        return try body()
      }
    }
    let state = state
    add("state") { try Answer.json(StateDocument(state)) }
    add("tasks") { try Answer.json(TasksDocument(state.monitor.status)) }
    add("catalogue") { try Answer.json(CatalogueDocument(state.configuration.catalogue)) }
    add("configuration") { try Answer.json(ConfigurationDocument(state.configuration)) }
    add("snapshots") {
      try Answer.json(SnapshotsDocument(state.configuration, state.monitor.status.snapshots))
    }
  }

  // MARK: - Reload

  private func addReload(_ router: Router<BasicRequestContext>) {
    router.post(RouterPath(GuardMiddleware.reloadPath)) { request, _ in
      _ = try QueryReader(request, known: [])
      for try await part in request.body where part.readableBytes > 0 {
        throw WebFault(
          .badRequest, "a reload takes no body",
          remedy: "send none: what is read is the file that the daemon was started with")
      }
      guard let reload else {
        throw WebFault(.conflict, "this process has no configuration file", remedy: "use nadi run")
      }
      let document = ReloadDocument(await reload.outcome())
      return try Answer.json(document, status: document.status)
    }
  }

  // MARK: - Updates

  private static let updatesMax = 5_000

  private func addUpdates(_ router: Router<BasicRequestContext>) {
    router.get("api/v1/metrics") { request, _ in
      let query = try QueryReader(request, known: UpdateFilter.parameters + ["latest", "limit"])
      let limit = try query.integer("limit", in: 1...Self.updatesMax, default: 100)
      let filter = try filter(query)
      return try Answer.json(
        bytes: UpdateList.json(state.view.select(filter, latestOnly: query.flag("latest")), limit: limit))
    }
    router.get("api/v1/leaderboard") { request, _ in Answer.json(bytes: try leaderboard(request).json) }
    router.get("api/v1/stream") { request, _ in
      UpdateStream(hub: state.hub, filter: try filter(QueryReader(request, known: UpdateFilter.parameters)))
        .response
    }
  }

  private func leaderboard(_ request: Request) throws -> Leaderboard {
    let query = try QueryReader(
      request, known: UpdateFilter.parameters.filter { $0 != "id" } + ["order", "limit"])
    let metric = try query.required("metric", example: "revenue")
    let scope = try query.required("scope", example: "rep")
    let grain = try query.required("window", example: "month")
    let orders = Leaderboard.Order.allCases.map(\.rawValue)
    let order = Leaderboard.Order(rawValue: try query.choice("order", orders, default: "best")) ?? .best
    let limit = try query.integer("limit", in: 1...1_000, default: 10)
    var filter = try filter(query)
    guard let definition = state.configuration.catalogue.metrics.first(where: { $0.name == metric }) else {
      throw WebFault(.badRequest, "a leaderboard has one metric", remedy: "name one of /api/v1/catalogue")
    }
    (filter.start, filter.currency) = (nil, nil)
    let isDescending =
      switch order {
      case .best: definition.direction != .down
      case .ascending: false
      case .descending: true
      }
    return Leaderboard(
      state.view.select(filter), metric: metric, scope: scope, grain: grain, start: query.values["start"],
      currency: query.values["currency"], isDescending: isDescending, limit: limit)
  }

  /// The filter of a query whose names are all in the catalogue.
  private func filter(_ query: QueryReader) throws -> UpdateFilter {
    let filter = UpdateFilter(query.values)
    let catalogue = state.configuration.catalogue
    try check("metric", filter.metrics, catalogue.metrics.map(\.name))
    try check("scope", filter.scopes, catalogue.scopes.map(\.name))
    try check("window", filter.grains, catalogue.windows.map(\.name))
    return filter
  }

  private func check(_ kind: String, _ names: Set<String>?, _ known: [String]) throws {
    guard let unknown = names?.sorted().first(where: { !known.contains($0) }) else { return }
    throw WebFault(
      .badRequest, "unknown \(kind) \"\(unknown.prefix(60))\"",
      remedy: "known are \(known.joined(separator: ", "))")
  }
}
