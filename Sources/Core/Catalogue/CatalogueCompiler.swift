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
  /// By group: its scopes with what their dimensions are of its entity.
  var groupScopeIdentities: [[UInt64]] = []
  var windowIdentities: [UInt64] = []
  var dependents: [[Catalogue.Dependent]] = []
  var identity: UInt64 = 0
  /// By hash of a value of the zone dimension.
  var zoneTags: [Int64: UInt8] = [:]
  private var places: [MeasureUse: (group: Int, measure: Int)] = [:]

  /// A measure as some metric needs it kept.
  struct MeasureUse: Hashable {
    var measure: String
    var late: LatePolicy
    /// The metric, when the measure is kept for its sessions, which follow no other metric's events.
    var sessionMetric: String?
  }

  /// What measures must share to live in one row.
  struct GroupKey: Hashable {
    var entity: Int
    var time: [TimeSourceDefinition]
    var attribution: Attribution
    var isMoney: Bool
    var scopes: [Int]
    var windows: [Int]
    var late: LatePolicy
    var sessionMetric: String?
  }

  init(_ definition: CatalogueDefinition) throws(CatalogueFault) {
    self.definition = definition
  }

  mutating func compile() throws(CatalogueFault) {
    try compileWindows()
    try compileScopes()
    try compileEntities()
    let parts = try metricParts()
    try compileGroups(try measureUsage(parts))
    try compileMetrics(parts)
    identity = metrics.reduce(Hashing.mix(UInt64(definition.metrics.count))) { seed, metric in
      Hashing.combine(seed, UInt64(bitPattern: Hashing.textValue(metric.name + metric.text)))
    }
    for row in measureIdentities { for measure in row { identity = Hashing.combine(identity, measure) } }
    for part in groupScopeIdentities.joined() { identity = Hashing.combine(identity, part) }
    for part in scopeIdentities + windowIdentities { identity = Hashing.combine(identity, part) }
  }

  private mutating func compileScopes() throws(CatalogueFault) {
    for scope in definition.scopes {
      guard scope.dimensions.count <= 2 else {
        throw CatalogueFault("scope \(scope.name) combines \(scope.dimensions.count) dimensions; at most 2")
      }
      let parent = definition.scopes.firstIndex { $0.name == scope.parent } ?? -1
      let above = parent < 0 ? [] : definition.scopes[parent].dimensions
      scopes.append(
        Catalogue.Scope(
          name: scope.name, dimensionCount: scope.dimensions.count, parent: parent,
          parentDimension: above.count == 1 ? scope.dimensions.firstIndex(of: above[0]) ?? -1 : -1,
          followsZone: definition.scopeZones?.scopes.contains(scope.name) ?? false))
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
      var checks: [RangeCheck] = []
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
  ) throws(CatalogueFault) -> RangeCheck {
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
    return RangeCheck(
      field: field, lowest: check.lowest.millionths, highest: check.highest.millionths,
      lowestField: bounds[0], highestField: bounds[1],
      filter: try predicates(check.filter, &fields, entity: entity))
  }

  // MARK: - Measures

  /// The metrics as they are compiled: one whose windows are partly sessions is two, because the sessions of a metric
  /// keep measures of their own.
  func metricParts() throws(CatalogueFault) -> [MetricPart] {
    var parts: [MetricPart] = []
    for metric in definition.metrics {
      let (published, kept) = try windows(of: metric)
      let sessions = published.filter { windows[$0].isSession }
      let panes = Set(sessions.flatMap { windows[$0].panes })
      // Other windows have no panes that are a session's.
      if published.count > sessions.count || sessions.isEmpty {
        parts.append(
          MetricPart(
            metric: metric, isSession: false, published: published.subtracting(sessions),
            kept: kept.subtracting(sessions).subtracting(panes)))
      }
      if !sessions.isEmpty {
        parts.append(
          MetricPart(metric: metric, isSession: true, published: sessions, kept: sessions.union(panes)))
      }
    }
    return parts
  }

  struct MetricPart {
    let metric: MetricDefinition
    let isSession: Bool
    let published: Set<Int>
    /// With the windows that hold panes.
    let kept: Set<Int>

    func use(of measure: String) -> MeasureUse {
      MeasureUse(measure: measure, late: metric.late, sessionMetric: isSession ? metric.name : nil)
    }
  }

  /// By what is kept: the scopes and windows of the metrics that use it.
  private func measureUsage(
    _ parts: [MetricPart]
  ) throws(CatalogueFault) -> [MeasureUse: (scopes: Set<Int>, windows: Set<Int>)] {
    var usage: [MeasureUse: (scopes: Set<Int>, windows: Set<Int>)] = [:]
    guard let all = windows.firstIndex(where: { $0.isAll }) else { return [:] }
    for part in parts {
      let metric = part.metric
      var metricScopes: Set<Int> = []
      for name in metric.scopes {
        guard let index = definition.scopes.firstIndex(where: { $0.name == name }) else {
          throw CatalogueFault("metric \(metric.name) names an unknown scope \(name)")
        }
        metricScopes.insert(index)
      }
      for name in Self.measures(of: metric.formula) + (metric.sample.map(Self.measures(of:)) ?? []) {
        guard let measure = definition.measures.first(where: { $0.name == name }) else {
          throw CatalogueFault("metric \(metric.name) uses an unknown measure \(name)")
        }
        usage[part.use(of: name), default: ([], [])].scopes.formUnion(metricScopes)
        usage[part.use(of: name), default: ([], [])].windows
          .formUnion(measure.time.isEmpty ? [all] : part.kept)
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
    _ usage: [MeasureUse: (scopes: Set<Int>, windows: Set<Int>)]
  ) throws(CatalogueFault) {
    var members: [GroupKey: [(MeasureUse, MeasureDefinition)]] = [:]
    var order: [GroupKey] = []
    let uses = usage.keys.sorted {
      ($0.late.rawValue, $0.sessionMetric ?? "") < ($1.late.rawValue, $1.sessionMetric ?? "")
    }
    for measure in definition.measures {
      for use in uses where use.measure == measure.name {
        guard let used = usage[use] else { continue }
        guard let entity = entities.firstIndex(where: { $0.name == measure.entity }) else {
          throw CatalogueFault("measure \(measure.name) names an unknown entity \(measure.entity)")
        }
        let key = GroupKey(
          entity: entity, time: measure.time, attribution: measure.attribution, isMoney: measure.isMoney,
          scopes: used.scopes.sorted(), windows: used.windows.sorted(), late: use.late,
          sessionMetric: use.sessionMetric)
        if members[key] == nil { order.append(key) }
        members[key, default: []].append((use, measure))
      }
    }
    for key in order { try compileGroup(key, members[key] ?? []) }
    try markDerivationFields()
    dependents = Array(repeating: [], count: groups.count)
  }

  private mutating func compileGroup(
    _ key: GroupKey, _ members: [(use: MeasureUse, measure: MeasureDefinition)]
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
    var zoneSlot = -1
    if zoneSlotIsNeeded(key), let dimension = definition.scopeZones?.dimension {
      zoneSlot = try dimensionSlot(dimension, key, &slots, &fields, isKeyed: isKeyed) ?? -1
    }
    var currencySlot = -1
    if key.isMoney {
      let field = try position(of: "currency", in: fields, entity: entityName)
      fields[field].isUsed = true
      fields[field].isDimension = true
      currencySlot = slots.count
      slots.append(("currency", DimensionProgram(field: Int32(field), isOwnership: false)))
    }
    guard members.count <= 60, slots.count <= 12 else {
      throw CatalogueFault(
        "\(entityName) has \(members.count) measures over \(slots.count) dimensions; at most 60 over 12")
    }
    var builder = MeasureLayout(dimensionCount: slots.count)
    for (use, measure) in members {
      places[use] = (groups.count, builder.programs.count)
      builder.append(
        try measureProgram(measure, &fields, entity: entityName, isKeyed: isKeyed, builder),
        identity: identityHash("\(measure)\(identitySuffix(use))"))
    }
    var timeMeasure = -1
    if key.sessionMetric != nil {
      timeMeasure = builder.append(
        value: .time, aggregate: .minimum, identity: identityHash("times\(members.map(\.measure.name))"),
        arena)
    }
    var lateMeasure = -1
    if key.late == .next {
      lateMeasure = builder.append(
        value: .lateMark, aggregate: .count, identity: identityHash("late\(members.map(\.measure.name))"),
        arena)
    }
    entities[key.entity].fields = fields
    entities[key.entity].groups.append(groups.count)
    measureIdentities.append(builder.identities)
    groupScopeIdentities.append(
      definition.scopes.indices.map { scopeIdentity($0, entity: entityName, isKeyed: isKeyed) })
    groups.append(
      GroupProgram(
        entity: Int32(key.entity), time: time, attribution: attribution(key.attribution),
        currencySlot: Int32(currencySlot), dimensions: arena.list(slots.map(\.program)),
        scopes: arena.list(scopePrograms), windows: arena.list(try windowSlots(key)),
        zoneSlot: Int32(zoneSlot),
        late: key.late, measures: arena.list(builder.programs), itemWords: builder.itemWord,
        deltaWords: builder.deltaWord, cellWords: builder.cellWord,
        hasMultisets: builder.programs.contains { $0.aggregate.isMultiset }, isLevel: key.time.isEmpty,
        leastGraceMillis: leastGrace(key), lateMeasure: Int32(lateMeasure), timeMeasure: Int32(timeMeasure)))
  }

  /// Of another field, or followed in another way, a dimension means something else.
  private func scopeIdentity(_ scope: Int, entity: String, isKeyed: Bool) -> UInt64 {
    definition.scopes[scope].dimensions.reduce(scopeIdentities[scope]) { identity, name in
      let dimension = definition.dimensions.first { $0.name == name }
      let owns = isKeyed && dimension?.isOwnership ?? false
      return Hashing.combine(identity, identityHash("\(dimension?.fields[entity] ?? "")|\(owns)"))
    }
  }

  /// What tells measures apart that are kept for one policy or one metric's sessions only.
  private func identitySuffix(_ use: MeasureUse) -> String {
    (use.late == .deadLetter ? "" : "|\(use.late)") + (use.sessionMetric.map { "|session \($0)" } ?? "")
  }

  private func leastGrace(_ key: GroupKey) -> Int64 {
    let finite = key.windows.filter { !windows[$0].isAll }
    return finite.map { key.late == .amend ? windows[$0].retentionMillis : windows[$0].graceMillis }.min()
      ?? .max / 4
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
    let zoned = definition.scopeZones?.scopes.contains(scopeDefinition.name) ?? false
    return ScopeProgram(
      scope: Int32(scope), firstSlot: found[0], secondSlot: found[1], parentSlot: parentSlot,
      followsZone: zoned)
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

  func place(of use: MeasureUse) throws(CatalogueFault) -> (group: Int, measure: Int) {
    guard let place = places[use] else { throw CatalogueFault("unknown measure \(use.measure)") }
    return place
  }
}
