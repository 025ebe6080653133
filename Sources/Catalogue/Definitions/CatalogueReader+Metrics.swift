import Core
import Formats

extension CatalogueReader {
  /// The built-in metrics that are asked for: all, none, or a list of names.
  func builtInMetrics(_ node: ConfigurationNode?) -> [MetricDefinition] {
    let all = BuiltInCatalogue.metrics(options)
    guard let node else { return all }
    if !node.isList, node.scalarText == "all" { return all }
    if !node.isList, node.scalarText == "none" { return [] }
    var chosen: [MetricDefinition] = []
    for item in node.items() ?? [] {
      guard let name = item.nonEmptyString() else { continue }
      if let metric = all.first(where: { $0.name == name }) {
        if chosen.contains(where: { $0.name == name }) {
          item.error("the metric \"\(name)\" is listed twice", "leave it out here")
        } else {
          chosen.append(metric)
        }
      } else {
        item.unknown("built-in metric", name, known: all.map(\.name) + (node.isList ? [] : ["all", "none"]))
      }
    }
    return chosen
  }

  /// Publishes built-in metrics where they can have a value; one that is asked for by name must have a
  /// place.
  mutating func placeBuiltIn(_ builtIn: [MetricDefinition], listed node: ConfigurationNode?) {
    let planner = planner
    for metric in builtIn {
      if let placed = planner.placed(metric) {
        metrics.append(placed)
      } else if let item = node?.items()?.first(where: { $0.scalarText == metric.name }) {
        if let obstacle = planner.obstacleEverywhere(for: metric) {
          item.error(obstacle, "leave \(metric.name) out, or add other windows")
        } else {
          item.error(
            "the metric \"\(metric.name)\" has no scope or window that it could be published for",
            metric.scopes.isEmpty
              ? "add windows or scopes" : "add \(metric.scopes.joined(separator: ", ")) to scopes")
        }
      }
    }
  }

  mutating func readMetrics(_ node: ConfigurationNode, builtIn: [MetricDefinition]) {
    let planner = planner
    let entries = node.entries() ?? []
    metricNames.formUnion(entries.map(\.name))
    for entry in entries {
      guard entry.key.checkName(entry.name, "metric") else { continue }
      if let place = metrics.firstIndex(where: { $0.name == entry.name }) {
        if let own = builtIn.first(where: { $0.name == entry.name }),
          let adjusted = adjusted(own, entry, planner)
        {
          metrics[place] = adjusted
        }
      } else if let metric = metric(entry, planner) {
        metrics.append(metric)
      }
    }
  }

  /// What can be said of built-in metrics too.
  private static let adjustableKeys = ["zone", "emit", "late", "zero", "scopes", "windows"]
  private static let metricKeys =
    ["formula", "unit", "direction", "text", "sample", "minimum_sample", "suppress"] + adjustableKeys

  /// A built-in metric with scopes, windows and policies of its own.
  private func adjusted(
    _ builtIn: MetricDefinition, _ entry: ConfigurationEntry, _ planner: MetricPlanner
  ) -> MetricDefinition? {
    let members = entry.value.isNull ? [:] : entry.value.members(Self.metricKeys)
    guard let members else { return nil }
    guard !members.isEmpty, members.keys.allSatisfy({ Self.adjustableKeys.contains($0) }) else {
      entry.key.error(
        "the metric \"\(entry.name)\" is built in, and only its "
          + "\(Self.adjustableKeys.dropLast().joined(separator: ", ")) and windows can be set",
        "choose another name, or list in built_in the metrics to keep without it")
      return nil
    }
    let policies = readPolicies(members)
    let chosenScopes = members["scopes"].map { names($0, "scope", known: scopes.map(\.name)) }
    let chosenWindows = members["windows"].map { names($0, "window", known: publishableWindowNames) }
    if builtIn.isSuppressedBelowMinimum { checkNoPerson(builtIn, chosenScopes ?? nil, planner) }
    var metric = builtIn
    policies.apply(to: &metric)
    if case .some(.none) = chosenScopes { return nil }
    if case .some(.none) = chosenWindows { return nil }
    if let chosen = chosenScopes ?? nil { metric.scopes = chosen.map(\.name) }
    if let chosen = chosenWindows ?? nil { metric.windows = chosen.map(\.name) }
    return place(
      metric, entry, planner, scopes: chosenScopes ?? nil, windows: chosenWindows ?? nil,
      waiting: policies.emission == .close ? members["emit"] : nil)
  }

  /// Answers to surveys are promised never to be told per person.
  private func checkNoPerson(
    _ metric: MetricDefinition, _ chosen: [(name: String, node: ConfigurationNode)]?, _ planner: MetricPlanner
  ) {
    for choice in chosen ?? [] {
      guard let scope = scopes.first(where: { $0.name == choice.name }),
        let dimension = planner.personalDimension(in: scope)
      else { continue }
      choice.node.error(
        "\(metric.name) is never published per person, and the scope \"\(scope.name)\" has the dimension "
          + "\(dimension)", "leave \(scope.name) out")
    }
  }

  private func metric(_ entry: ConfigurationEntry, _ planner: MetricPlanner) -> MetricDefinition? {
    let members = entry.value.isNull ? [:] : entry.value.members(Self.metricKeys)
    guard let members else { return nil }
    let checked = members["formula"].map { formula($0) } ?? ownMeasure(entry)
    let sample = members["sample"].map { formula($0) }
    let unit = members["unit"]?.choice("unit", of: Unit.self)
    let direction = members["direction"]?.choice("direction", of: Direction.self)
    let text = members["text"]?.nonEmptyString()
    let minimumSample = members["minimum_sample"]?.integer(in: 1...1_000_000_000)
    let isSuppressed = members["suppress"]?.boolean() ?? false
    let policies = readPolicies(members)
    let chosenScopes = members["scopes"].map { names($0, "scope", known: scopes.map(\.name)) }
    let chosenWindows = members["windows"].map { names($0, "window", known: publishableWindowNames) }
    guard let checked else { return nil }
    if case .some(.none) = sample { return nil }
    if case .some(.none) = chosenScopes { return nil }
    if case .some(.none) = chosenWindows { return nil }
    var metric = MetricDefinition(
      name: entry.name, text: text ?? members["formula"]?.scalarText ?? "The measure \(entry.name).",
      unit: unit ?? Self.unit(of: checked), direction: direction ?? .up, formula: checked.formula,
      sample: sample??.formula, minimumSample: minimumSample ?? 1, isSuppressedBelowMinimum: isSuppressed,
      scopes: chosenScopes?.map { $0.map(\.name) } ?? [], windows: chosenWindows?.map { $0.map(\.name) } ?? []
    )
    (metric.emission, metric.late) = (options.emission, options.late)
    policies.apply(to: &metric)
    check(metric, checked, entry, members)
    return place(
      metric, entry, planner, scopes: chosenScopes ?? nil, windows: chosenWindows ?? nil,
      waiting: policies.emission == .close ? members["emit"] : nil)
  }

  /// The formula of a metric that has none: the measure of its name.
  private func ownMeasure(_ entry: ConfigurationEntry) -> FormulaChecker.Checked? {
    guard !faultyMeasures.contains(entry.name) else { return nil }
    guard let measure = measures.first(where: { $0.name == entry.name }) else {
      entry.key.error(
        "the metric \"\(entry.name)\" has no formula, and no measure has its name",
        Suggestion.nearest(to: entry.name, in: measures.map(\.name)).map { "did you mean \"\($0)\"?" }
          ?? "write formula: and an expression of measures")
      return nil
    }
    var checker = FormulaChecker(measures: [measure])
    let checked = checker.check(.name(measure.name, offset: 0))
    for fault in checker.faults {
      entry.key.error(fault.message, fault.suggestion.map { "add formula: \($0.dropFirst(6))" })
    }
    return checked
  }

  private func formula(_ node: ConfigurationNode) -> FormulaChecker.Checked? {
    guard let text = node.nonEmptyString() else { return nil }
    var checker = FormulaChecker(
      measures: measures, metricNames: metricNames, faultyMeasures: faultyMeasures)
    do {
      let syntax = try FormulaParser.parse(text)
      let checked = checker.check(syntax)
      for fault in checker.faults { node.error(atOffset: fault.offset, fault.message, fault.suggestion) }
      if let checked, checked.formula.measureNames.isEmpty {
        node.error("the formula has no measure in it", Suggestion.forUnknown("", known: measures.map(\.name)))
        return nil
      }
      return checked
    } catch {
      node.error(atOffset: error.offset, error.message, error.suggestion)
      return nil
    }
  }

  /// Names of a list, each known and there once; nil when there is none.
  func names(
    _ node: ConfigurationNode, _ kind: String, known: [String], ifEmpty advice: String? = nil
  ) -> [(name: String, node: ConfigurationNode)]? {
    guard let items = node.items() else { return nil }
    var found: [(name: String, node: ConfigurationNode)] = []
    for item in items {
      guard let name = item.nonEmptyString() else { continue }
      if !known.contains(name) {
        item.unknown(kind, name, known: known)
      } else if found.contains(where: { $0.name == name }) {
        item.error("the \(kind) \"\(name)\" is listed twice", "leave it out here")
      } else {
        found.append((name, item))
      }
    }
    if items.isEmpty {
      node.error("the list of \(kind)s is empty", advice ?? "leave \(kind)s out to publish for all")
    }
    return found.isEmpty ? nil : found
  }

  /// The configured windows, and the one of levels, which needs no configuration.
  private var publishableWindowNames: [String] {
    let names = windows.map(\.name)
    return names.contains(MetricPlanner.levelWindowName) ? names : names + [MetricPlanner.levelWindowName]
  }

  private static func unit(of checked: FormulaChecker.Checked) -> Unit {
    if checked.moneyPower == 1 { return .money }
    switch checked.formula {
    case .measure, .level, .prior: return .count
    case .quantile, .constant, .add, .subtract, .multiply, .divide: return .number
    }
  }

  private func check(
    _ metric: MetricDefinition, _ checked: FormulaChecker.Checked, _ entry: ConfigurationEntry,
    _ members: [String: ConfigurationNode]
  ) {
    let place = members["unit"] ?? entry.key
    if metric.unit.isMoney, checked.moneyPower != 1 {
      place.error(
        "the unit is \(metric.unit.rawValue), but the formula is no amount of money",
        "use measures with money: true, or another unit")
    } else if !metric.unit.isMoney, checked.moneyPower == 1 {
      place.error(
        "the formula is an amount of money, but the unit is \(metric.unit.rawValue)", "write unit: money")
    }
    if metric.formula.isOnlyPrior, let name = metric.formula.measureNames.first {
      (members["formula"] ?? entry.key).error(
        "the formula has values of the window before alone, and a metric is published for what happens in its own",
        "add a measure of the window itself, such as \(name) - prior(\(name))")
    }
    if members["suppress"] != nil, metric.isSuppressedBelowMinimum, metric.minimumSample < 2 {
      members["suppress"]?.error(
        "nothing is suppressed below a minimum sample of \(metric.minimumSample)", "write minimum_sample: 5")
    }
    if members["minimum_sample"] != nil, metric.sample == nil, !metric.formula.hasMeasuredDivisor {
      var isDivision = false
      if case .divide = metric.formula { isDivision = true }
      let reason = isDivision ? "divides by a constant" : "is no division"
      members["minimum_sample"]?.error(
        "the formula \(reason), so that nothing says how large the sample is", "add sample: and a measure")
    }
  }

  private func place(
    _ metric: MetricDefinition, _ entry: ConfigurationEntry, _ planner: MetricPlanner,
    scopes chosen: [(name: String, node: ConfigurationNode)]?,
    windows chosenWindows: [(name: String, node: ConfigurationNode)]?, waiting emission: ConfigurationNode?
  ) -> MetricDefinition? {
    let reportedBefore = sink.diagnostics.count
    if metric.formula.isLevel, let node = emission {
      node.error("a level is of all time, which never closes", "write emit: change, or leave emit out")
    }
    for choice in chosen ?? [] {
      guard let scope = scopes.first(where: { $0.name == choice.name }),
        let lack = planner.missing(in: scope, for: metric)
      else { continue }
      choice.node.error(
        "the scope \"\(scope.name)\" needs the dimension \(lack.dimension), which \(lack.entity) lacks",
        "leave the scope out, or declare the dimension for \(lack.entity)")
    }
    for choice in chosenWindows ?? [] {
      if metric.formula.isLevel {
        guard choice.name != MetricPlanner.levelWindowName else { continue }
        choice.node.error(
          "a level is kept for the present only", "write windows: [all], or leave windows out")
      } else {
        let kind = windows.first { $0.name == choice.name }?.kind ?? .all
        let window = options.window(named: choice.name, kind: kind)
        guard let obstacle = planner.obstacle(in: window, for: metric) else { continue }
        choice.node.error(obstacle.message, obstacle.advice)
      }
    }
    guard let placed = planner.placed(metric) else {
      // A scope or window that was chosen and does not fit has been reported already.
      if sink.diagnostics.count == reportedBefore {
        if let obstacle = planner.obstacleEverywhere(for: metric) {
          entry.key.error(obstacle, "add other windows, or write another formula")
        } else {
          entry.key.error(
            "the metric \"\(entry.name)\" has no scope or window that it could be published for",
            "add windows or scopes")
        }
      }
      return nil
    }
    return placed
  }
}
