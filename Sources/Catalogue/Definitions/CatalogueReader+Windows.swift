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
    guard let sizeMillis = length(node) else { return nil }
    return options.window(named: name, kind: .tumbling(sizeMillis: sizeMillis, offsetMillis: 0))
  }

  /// The keys that give a window its shape; a window has one of them, and the keys that go with it.
  private static let shapeKeys = ["size", "rolling", "to_date", "gap"]
  private static let companions = [("slide", "size"), ("offset", "size"), ("step", "to_date")]

  private func detailed(_ node: ConfigurationNode) -> WindowDefinition? {
    let keys = ["name"] + Self.shapeKeys + Self.companions.map(\.0) + ["grace", "retention"]
    guard let members = node.members(keys) else { return nil }
    guard let nameNode = members["name"] else {
      node.error("a window needs a name", "write { name: minute, size: 1m }")
      return nil
    }
    guard let name = nameNode.nonEmptyString(), let kind = kind(named: name, nameNode, members) else {
      return nil
    }
    var window = options.window(named: name, kind: kind)
    readLife(of: &window, members)
    return window
  }

  private func kind(
    named name: String, _ nameNode: ConfigurationNode, _ members: [String: ConfigurationNode]
  ) -> WindowKind? {
    if let kind = options.calendarKind(named: name) {
      for key in Self.shapeKeys + Self.companions.map(\.0) {
        members[key]?.error(
          "\"\(name)\" is a calendar window and has no \(key)",
          "leave \(key) out, or give the window another name")
      }
      return kind
    }
    let isDuration = DurationText.millis(name) != nil
    guard isDuration || nameNode.checkName(name, "window") else { return nil }
    var shapes = Self.shapeKeys.filter { members[$0] != nil }
    if isDuration {
      guard shapes.isEmpty else {
        members[shapes[0]]?.error(
          "the name \"\(name)\" is a length already, so the window has no \(shapes[0])",
          "leave \(shapes[0]) out, or give the window another name")
        return nil
      }
      shapes = ["size"]
    }
    guard let shape = shapes.first else {
      nameNode.error(
        "\"\(name)\" is no calendar window and has no size",
        Suggestion.nearest(to: name, in: BuiltInCatalogue.calendarWindowNames).map {
          "did you mean \"\($0)\"?"
        }
          ?? "write { name: \(name), size: 1m }, or rolling: 28d, to_date: month or gap: 30m for size")
      return nil
    }
    guard shapes.count == 1 else {
      members[shapes[1]]?.error(
        "a window has one of \(shapes.joined(separator: " and ")), not both", "declare two windows")
      return nil
    }
    for (key, owner) in Self.companions where owner != shape {
      members[key]?.error("\(key) goes with \(owner), not with \(shape)", "leave \(key) out")
    }
    guard let node = members[shape] ?? members["name"] else { return nil }
    switch shape {
    case "rolling": return rolling(node)
    case "to_date": return cumulative(node, members["step"])
    case "gap": return length(node).map { .session(gapMillis: $0) }
    default: return sized(node, slide: members["slide"], offset: members["offset"])
    }
  }

  private func length(_ node: ConfigurationNode) -> Int64? {
    node.durationMillis(in: Millis.second...(3660 * Millis.day))
  }

  /// Tumbling windows, or hopping ones when they begin more often than they are long.
  private func sized(
    _ node: ConfigurationNode, slide: ConfigurationNode?, offset: ConfigurationNode?
  ) -> WindowKind? {
    guard let sizeMillis = length(node) else { return nil }
    let slideMillis = slide.map { $0.durationMillis(in: Millis.second...sizeMillis) } ?? sizeMillis
    guard let slideMillis else { return nil }
    let offsetMillis = offset?.durationMillis(in: 0...(slideMillis - 1)) ?? 0
    guard slideMillis < sizeMillis else {
      return .tumbling(sizeMillis: sizeMillis, offsetMillis: offsetMillis)
    }
    let kind = WindowKind.hopping(
      sizeMillis: sizeMillis, slideMillis: slideMillis, offsetMillis: offsetMillis)
    guard kind.isValid else {
      let overlap = Int64(WindowKind.overlapMax)
      let least = (sizeMillis / overlap / Millis.second + 1) * Millis.second
      slide?.error(
        "each event would lie in \((sizeMillis + slideMillis - 1) / slideMillis) windows, which are more than "
          + "\(overlap)",
        "write slide: \(DurationText.text(least)) or more")
      return nil
    }
    return kind
  }

  /// The last so many days, weeks or months.
  private func rolling(_ node: ConfigurationNode) -> WindowKind? {
    guard let text = node.nonEmptyString() else { return nil }
    let units: [(name: String, unit: WindowKind.RollingUnit, greatest: Int)] = [
      ("d", .day, 3660), ("w", .week(firstDay: options.weekFirstDay), 520), ("mo", .month, 120),
    ]
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int(digits), let found = units.first(where: { $0.name == text.dropFirst(digits.count) })
    else {
      node.error(
        "\"\(text)\" is no number of days, weeks or months",
        "write it like 28d, 4w or 3mo; size: and slide: take hours and less")
      return nil
    }
    guard (1...found.greatest).contains(count) else {
      node.error("\(text) is out of range", "write from 1\(found.name) to \(found.greatest)\(found.name)")
      return nil
    }
    return .rolling(count: count, unit: found.unit)
  }

  // MARK: - Cumulative windows

  private static let stepNames = ["hour", "day", "week", "month"]
  private static let periodNames = [
    "day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year", "retail_period",
    "retail_quarter", "retail_year",
  ]

  /// From the start of a period to the end of each of its steps.
  private func cumulative(_ node: ConfigurationNode, _ stepNode: ConfigurationNode?) -> WindowKind? {
    guard let period = part(node, "period", names: Self.periodNames, example: "1h") else { return nil }
    let name = node.scalarText ?? ""
    // Lengths go with lengths, and parts of the calendar with each other.
    let fitting = Self.stepNames.filter { step in
      self.step(named: step, of: period).map { WindowKind.cumulative(period: period, step: $0).isValid }
        ?? false
    }
    guard let stepNode else {
      node.error(
        "\"to_date: \(name)\" says not how often its windows end", "add step: \(fitting.last ?? "10m")")
      return nil
    }
    guard let step = part(stepNode, "step", names: Self.stepNames, example: "10m") else { return nil }
    let kind = WindowKind.cumulative(
      period: period, step: self.step(named: stepNode.scalarText ?? "", of: period) ?? step)
    guard kind.isValid else {
      stepNode.error(
        "steps of \(stepNode.scalarText ?? "") do not make up \(name)",
        fitting.isEmpty
          ? "write a length that divides \(name) without a rest, into at most \(WindowKind.overlapMax) steps"
          : Suggestion.forUnknown("", known: fitting))
      return nil
    }
    return kind
  }

  /// The kind of a step by its name; weeks of a year of whole weeks begin with it.
  private func step(named name: String, of period: WindowKind) -> WindowKind? {
    if name == "week", case .retail(let calendar, _) = period { return .week(firstDay: calendar.firstDay) }
    return Self.stepNames.contains(name) ? options.calendarKind(named: name) : nil
  }

  private func part(
    _ node: ConfigurationNode, _ kind: String, names: [String], example: String
  ) -> WindowKind? {
    guard let text = node.nonEmptyString() else { return nil }
    if names.contains(text) { return options.calendarKind(named: text) }
    guard text.first?.isNumber ?? false else {
      node.unknown(kind, text, known: names + [example])
      return nil
    }
    return length(node).map { .tumbling(sizeMillis: $0, offsetMillis: 0) }
  }

  // MARK: - Life

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
