import Core

extension CatalogueReader {
  /// Cells mark changed windows in a mask of 64 bits, of which one is kept for levels.
  private static let maximumWindows = 32

  mutating func readWindows(_ node: ConfigurationNode?) {
    guard let node else {
      windows = BuiltInCatalogue.defaultWindowNames.compactMap { name in
        options.calendarKind(named: name).map { options.window(named: name, kind: $0) }
      }
      return
    }
    let items = node.items() ?? []
    for item in items {
      guard let window = item.isMapping ? detailed(item) : named(item) else { continue }
      if windows.contains(where: { $0.name == window.name }) {
        item.error("the window \"\(window.name)\" is listed twice", "leave it out here")
      } else {
        windows.append(window)
      }
    }
    if node.isList, items.isEmpty {
      node.error("the list of windows is empty", "write windows: [day, month]")
    }
    if windows.count > Self.maximumWindows {
      node.error("\(windows.count) windows are too many", "keep at most \(Self.maximumWindows)")
    }
  }

  private func named(_ node: ConfigurationNode) -> WindowDefinition? {
    guard let name = node.nonEmptyString() else { return nil }
    if let kind = options.calendarKind(named: name) { return options.window(named: name, kind: kind) }
    guard name.first?.isNumber ?? false else {
      node.unknown("window", name, known: BuiltInCatalogue.calendarWindowNames + ["15m"])
      return nil
    }
    guard let sizeMillis = size(node) else { return nil }
    return options.window(named: name, kind: .tumbling(sizeMillis: sizeMillis, offsetMillis: 0))
  }

  private func size(_ node: ConfigurationNode) -> Int64? {
    node.durationMillis(in: Millis.second...(3660 * Millis.day))
  }

  private func detailed(_ node: ConfigurationNode) -> WindowDefinition? {
    guard let members = node.members(["name", "size", "offset", "grace", "retention"]) else { return nil }
    guard let nameNode = members["name"] else {
      node.error("a window needs a name", "write { name: minute, size: 1m }")
      return nil
    }
    guard let name = nameNode.nonEmptyString() else { return nil }
    var window: WindowDefinition
    if let kind = options.calendarKind(named: name) {
      window = options.window(named: name, kind: kind)
      for key in ["size", "offset"] {
        members[key]?.error(
          "\"\(name)\" is a calendar window and has no \(key)",
          "leave \(key) out, or give the window another name")
      }
    } else {
      let isDuration = DurationText.millis(name) != nil
      guard isDuration || nameNode.checkName(name, "window") else { return nil }
      guard let sizeNode = members["size"] ?? (isDuration ? nameNode : nil) else {
        nameNode.error(
          "\"\(name)\" is no calendar window and has no size",
          Suggestion.nearest(to: name, in: BuiltInCatalogue.calendarWindowNames).map {
            "did you mean \"\($0)\"?"
          }
            ?? "write { name: \(name), size: 1m }")
        return nil
      }
      guard let sizeMillis = size(sizeNode) else { return nil }
      let offset = members["offset"]?.durationMillis(in: 0...(sizeMillis - 1)) ?? 0
      window = options.window(named: name, kind: .tumbling(sizeMillis: sizeMillis, offsetMillis: offset))
    }
    readLife(of: &window, members)
    return window
  }

  private func readLife(of window: inout WindowDefinition, _ members: [String: ConfigurationNode]) {
    if let grace = members["grace"]?.durationMillis() {
      window.graceMillis = grace
      window.retentionMillis =
        options.retentionMillis
        ?? CatalogueOptions.defaultRetentionMillis(of: window.kind, graceMillis: grace)
    }
    if let retention = members["retention"]?.durationMillis() { window.retentionMillis = retention }
    if window.retentionMillis < window.graceMillis, let node = members["retention"] ?? members["grace"] {
      let grace = DurationText.text(window.graceMillis)
      node.error(
        "the retention of \"\(window.name)\" is shorter than its grace of \(grace)", "write at least \(grace)"
      )
    }
  }
}
