/// Turns a definition by names into tables of indexes.
///
/// Each measure is kept for the union of the scopes and windows of the metrics that use it; measures that then agree
/// in everything but filter and value share a group, and so one row per cell.
struct CatalogueCompiler {
  let definition: CatalogueDefinition
  let arena = ProgramArena()
  var entities: [Catalogue.Entity] = []
  var scopes: [Catalogue.Scope] = []
  var windows: [Catalogue.Window] = []
  var metrics: [Catalogue.Metric] = []
  var groups: [GroupProgram] = []
  var measureIdentities: [[UInt64]] = []
  var scopeIdentities: [UInt64] = []
  var windowIdentities: [UInt64] = []
  var dependents: [[Catalogue.Dependent]] = []
  var identity: UInt64 = 0
  private var places: [String: (group: Int, measure: Int)] = [:]

  /// What measures must share to live in one row.
  private struct GroupKey: Hashable {
    var entity: Int
    var time: [TimeSourceDefinition]
    var attribution: Attribution
    var isMoney: Bool
    var scopes: [Int]
    var windows: [Int]
  }

  init(_ definition: CatalogueDefinition) throws(CatalogueFault) {
    self.definition = definition
  }

  mutating func compile() throws(CatalogueFault) {
    compileWindows()
    try compileScopes()
    try compileEntities()
    let usage = try measureUsage()
    try compileGroups(usage)
    try compileMetrics()
    identity = metrics.reduce(Hashing.mix(UInt64(definition.metrics.count))) { seed, metric in
      Hashing.combine(seed, UInt64(bitPattern: Hashing.textValue(metric.name + metric.text)))
    }
    for row in measureIdentities { for measure in row { identity = Hashing.combine(identity, measure) } }
    for part in scopeIdentities + windowIdentities { identity = Hashing.combine(identity, part) }
  }

  private mutating func compileWindows() {
    var definitions = definition.windows
    if !definitions.contains(where: { $0.kind == .all }) {
      definitions.append(WindowDefinition(name: "all", kind: .all, graceMillis: 0, retentionMillis: 0))
    }
    windows = definitions.map {
      Catalogue.Window(
        name: $0.name, calendar: WindowCalendar(kind: $0.kind, zone: definition.zone),
        graceMillis: $0.graceMillis, retentionMillis: max($0.retentionMillis, $0.graceMillis))
    }
    windowIdentities = definitions.map { identityHash("\($0.name)|\($0.kind)|\(definition.zone.name)") }
  }

  private mutating func compileScopes() throws(CatalogueFault) {
    for scope in definition.scopes {
      guard scope.dimensions.count <= 2 else {
        throw CatalogueFault("scope \(scope.name) combines \(scope.dimensions.count) dimensions; at most 2")
      }
      let parent = definition.scopes.firstIndex { $0.name == scope.parent } ?? -1
      scopes.append(Catalogue.Scope(name: scope.name, dimensionCount: scope.dimensions.count, parent: parent))
      scopeIdentities.append(identityHash("\(scope.name)|\(scope.dimensions.joined(separator: "|"))"))
    }
  }

  private mutating func compileEntities() throws(CatalogueFault) {
    for entity in definition.entities {
      var fields = entity.fields.map {
        Catalogue.Field(name: $0.name, type: $0.type, isUsed: false, isDimension: false, isTracked: false)
      }
      if definition.measures.contains(where: { $0.entity == entity.name && $0.attribution == .actor }) {
        fields.append(
          Catalogue.Field(
            name: Self.actorField, type: .string, isUsed: true, isDimension: true, isTracked: true))
      }
      var required: [Int] = []
      for name in entity.requiredFields {
        let position = try position(of: name, in: fields, entity: entity.name)
        fields[position].isUsed = true
        required.append(position)
      }
      var checks: [Catalogue.RangeCheck] = []
      for check in entity.checks { checks.append(try compile(check, &fields, entity: entity.name)) }
      entities.append(
        Catalogue.Entity(
          name: entity.name, keying: entity.keying, derivation: entity.derivation, fields: fields,
          requiredFields: required, checks: checks, groups: []))
    }
  }

  /// The hidden field that records who performed an event.
  static let actorField = "$actor"

  private func compile(
    _ check: RangeCheckDefinition, _ fields: inout [Catalogue.Field], entity: String
  ) throws(CatalogueFault) -> Catalogue.RangeCheck {
    let field = try position(of: check.field, in: fields, entity: entity)
    fields[field].isUsed = true
    var bounds: [Int] = []
    for name in [check.lowestField, check.highestField] {
      guard let name else {
        bounds.append(-1)
        continue
      }
      let place = try position(of: name, in: fields, entity: entity)
      fields[place].isUsed = true
      bounds.append(place)
    }
    return Catalogue.RangeCheck(
      field: field, lowest: check.lowest.millionths, highest: check.highest.millionths,
      lowestField: bounds[0], highestField: bounds[1],
      filter: try predicates(check.filter, &fields, entity: entity))
  }

  // MARK: - Measures

  /// By measure name: the scopes and windows of the metrics that use it.
  private func measureUsage() throws(CatalogueFault) -> [String: (scopes: Set<Int>, windows: Set<Int>)] {
    var usage: [String: (scopes: Set<Int>, windows: Set<Int>)] = [:]
    guard let all = windows.firstIndex(where: { $0.isAll }) else { return [:] }
    for metric in definition.metrics {
      var metricScopes: Set<Int> = []
      for name in metric.scopes {
        guard let index = definition.scopes.firstIndex(where: { $0.name == name }) else {
          throw CatalogueFault("metric \(metric.name) names an unknown scope \(name)")
        }
        metricScopes.insert(index)
      }
      var metricWindows: Set<Int> = []
      for name in metric.windows {
        guard let index = windows.firstIndex(where: { $0.name == name }) else {
          throw CatalogueFault("metric \(metric.name) names an unknown window \(name)")
        }
        metricWindows.insert(index)
      }
      for name in Self.measures(of: metric.formula) + (metric.sample.map(Self.measures(of:)) ?? []) {
        guard let measure = definition.measures.first(where: { $0.name == name }) else {
          throw CatalogueFault("metric \(metric.name) uses an unknown measure \(name)")
        }
        usage[name, default: ([], [])].scopes.formUnion(metricScopes)
        usage[name, default: ([], [])].windows.formUnion(measure.time.isEmpty ? [all] : metricWindows)
      }
    }
    return usage
  }

  static func measures(of formula: FormulaDefinition) -> [String] {
    switch formula {
    case .measure(let name), .quantile(let name, _), .prior(let name), .level(let name): [name]
    case .constant: []
    case .add(let left, let right), .subtract(let left, let right), .multiply(let left, let right),
      .divide(let left, let right):
      measures(of: left) + measures(of: right)
    }
  }

  private mutating func compileGroups(
    _ usage: [String: (scopes: Set<Int>, windows: Set<Int>)]
  ) throws(CatalogueFault) {
    var members: [GroupKey: [MeasureDefinition]] = [:]
    var order: [GroupKey] = []
    for measure in definition.measures {
      guard let used = usage[measure.name] else { continue }
      guard let entity = entities.firstIndex(where: { $0.name == measure.entity }) else {
        throw CatalogueFault("measure \(measure.name) names an unknown entity \(measure.entity)")
      }
      let key = GroupKey(
        entity: entity, time: measure.time, attribution: measure.attribution, isMoney: measure.isMoney,
        scopes: used.scopes.sorted(), windows: used.windows.sorted())
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(measure)
    }
    for key in order { try compileGroup(key, members[key] ?? []) }
    try markDerivationFields()
    dependents = Array(repeating: [], count: groups.count)
  }

  private mutating func compileGroup(
    _ key: GroupKey, _ members: [MeasureDefinition]
  ) throws(CatalogueFault) {
    let entityName = entities[key.entity].name
    var fields = entities[key.entity].fields
    let isKeyed = entities[key.entity].keying != .never && entities[key.entity].derivation == .input
    let time = try timeSources(key.time, &fields, entity: entityName, isTracked: isKeyed)
    var slots: [(name: String, program: DimensionProgram)] = []
    var scopePrograms: [ScopeProgram] = []
    for scope in key.scopes {
      guard let program = try scopeProgram(scope, key, &slots, &fields, isKeyed: isKeyed) else { continue }
      scopePrograms.append(program)
    }
    var currencySlot = -1
    if key.isMoney {
      let field = try position(of: "currency", in: fields, entity: entityName)
      fields[field].isUsed = true
      fields[field].isDimension = true
      currencySlot = slots.count
      slots.append(("currency", DimensionProgram(field: Int32(field), isOwnership: false)))
    }
    guard members.count <= 64, slots.count <= 12 else {
      throw CatalogueFault(
        "\(entityName) has \(members.count) measures over \(slots.count) dimensions; at most 64 over 12")
    }
    let layout = GroupLayout(dimensionCount: slots.count)
    var itemWord = layout.itemHeaderWords
    var deltaWord = layout.deltaHeaderWords
    var cellWord = GroupLayout.cellHeaderWords
    var programs: [MeasureProgram] = []
    for measure in members {
      let program = try measureProgram(
        measure, &fields, entity: entityName, isKeyed: isKeyed, itemWord: itemWord, deltaWord: deltaWord,
        cellWord: cellWord)
      itemWord += 1
      deltaWord += program.aggregate.isMultiset ? 0 : program.aggregate.cellWords
      cellWord += program.aggregate.cellWords
      places[measure.name] = (groups.count, programs.count)
      programs.append(program)
    }
    entities[key.entity].fields = fields
    entities[key.entity].groups.append(groups.count)
    measureIdentities.append(members.map { identityHash("\($0)") })
    groups.append(
      GroupProgram(
        entity: Int32(key.entity), time: time, attribution: attribution(key.attribution),
        currencySlot: Int32(currencySlot), dimensions: arena.list(slots.map(\.program)),
        scopes: arena.list(scopePrograms), windows: arena.list(key.windows.map { Int32($0) }),
        measures: arena.list(programs), itemWords: Int32(itemWord), deltaWords: Int32(deltaWord),
        cellWords: Int32(cellWord), hasMultisets: programs.contains { $0.aggregate.isMultiset },
        isLevel: key.time.isEmpty,
        leastGraceMillis: key.windows.filter { !windows[$0].isAll }.map { windows[$0].graceMillis }.min()
          ?? .max / 4))
  }

  private func attribution(_ attribution: Attribution) -> AttributionProgram {
    switch attribution {
    case .ownerAtEvent: .ownerAtEvent
    case .currentOwner: .currentOwner
    case .actor: .actor
    }
  }

  /// A scope as a group keeps it, or nil when the entity lacks one of its dimensions.
  private func scopeProgram(
    _ scope: Int, _ key: GroupKey, _ slots: inout [(name: String, program: DimensionProgram)],
    _ fields: inout [Catalogue.Field], isKeyed: Bool
  ) throws(CatalogueFault) -> ScopeProgram? {
    var found: [Int32] = [-1, -1]
    let scopeDefinition = definition.scopes[scope]
    for (place, name) in scopeDefinition.dimensions.enumerated() {
      guard let slot = try dimensionSlot(name, key, &slots, &fields, isKeyed: isKeyed) else { return nil }
      found[place] = Int32(slot)
    }
    var parentSlot: Int32 = -1
    if let parent = definition.scopes.first(where: { $0.name == scopeDefinition.parent }),
      parent.dimensions.count == 1, scopeDefinition.dimensions.count == 1
    {
      let slot = try dimensionSlot(parent.dimensions[0], key, &slots, &fields, isKeyed: isKeyed)
      parentSlot = Int32(slot ?? -1)
    }
    return ScopeProgram(
      scope: Int32(scope), firstSlot: found[0], secondSlot: found[1], parentSlot: parentSlot)
  }

  private func dimensionSlot(
    _ name: String, _ key: GroupKey, _ slots: inout [(name: String, program: DimensionProgram)],
    _ fields: inout [Catalogue.Field], isKeyed: Bool
  ) throws(CatalogueFault) -> Int? {
    if let slot = slots.firstIndex(where: { $0.name == name }) { return slot }
    guard let dimension = definition.dimensions.first(where: { $0.name == name }) else {
      throw CatalogueFault("a scope names an unknown dimension \(name)")
    }
    let entity = entities[key.entity].name
    guard var fieldName = dimension.fields[entity] else { return nil }
    if key.attribution == .actor, name == "rep" { fieldName = Self.actorField }
    let field = try position(of: fieldName, in: fields, entity: entity)
    fields[field].isUsed = true
    fields[field].isDimension = true
    if dimension.isOwnership, isKeyed { fields[field].isTracked = true }
    slots.append((name, DimensionProgram(field: Int32(field), isOwnership: dimension.isOwnership)))
    return slots.count - 1
  }

  func identityHash(_ text: String) -> UInt64 { UInt64(bitPattern: Hashing.textValue(text)) }

  func position(
    of name: String, in fields: [Catalogue.Field], entity: String
  ) throws(CatalogueFault) -> Int {
    guard let position = fields.firstIndex(where: { $0.name == name }) else {
      throw CatalogueFault("entity \(entity) has no field \(name)")
    }
    return position
  }

  func place(of measure: String) throws(CatalogueFault) -> (group: Int, measure: Int) {
    guard let place = places[measure] else { throw CatalogueFault("unknown measure \(measure)") }
    return place
  }
}
