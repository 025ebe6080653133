/// How many words precede the values in the flat records of a group.
struct GroupLayout {
  let dimensionCount: Int

  /// A dimension slot takes half a word in a delta entry and a whole one in an item.
  var dimensionWords: Int { (dimensionCount + 1) / 2 }
  /// Item: time, order of the event that set it, then the dimensions' hashes.
  var itemHeaderWords: Int { 1 + dimensionCount }
  /// Delta entry: dimension numbers, pane time, window mask, changes, which measures contributed, and the head and
  /// tail of its multiset operations.
  var deltaHeaderWords: Int { dimensionWords + 5 }
  /// Cell row: two words of key, one of changes and dirty slot, and one bit for each measure that ever contributed.
  static let cellHeaderWords = 4
}

/// The measures of a group with the places of their words, as they are found one after the other.
struct MeasureLayout {
  private(set) var programs: [MeasureProgram] = []
  private(set) var identities: [UInt64] = []
  /// Where the words of the next measure begin.
  private(set) var itemWord: Int32
  private(set) var deltaWord: Int32
  private(set) var cellWord: Int32

  init(dimensionCount: Int) {
    let layout = GroupLayout(dimensionCount: dimensionCount)
    itemWord = Int32(layout.itemHeaderWords)
    deltaWord = Int32(layout.deltaHeaderWords)
    cellWord = Int32(GroupLayout.cellHeaderWords)
  }

  mutating func append(_ program: MeasureProgram, identity: UInt64) {
    programs.append(program)
    identities.append(identity)
    itemWord += 1
    deltaWord += program.aggregate.isMultiset ? 0 : Int32(program.aggregate.cellWords)
    cellWord += Int32(program.aggregate.cellWords)
  }

  /// Appends a measure that no definition names and returns its place.
  mutating func append(
    value: MeasureProgram.Value, aggregate: Aggregate, identity: UInt64, _ arena: ProgramArena
  ) -> Int {
    append(
      MeasureProgram(
        aggregate: aggregate, value: value, field: -1, from: arena.list([]), to: arena.list([]),
        filter: arena.list([]), itemWord: itemWord, deltaWord: deltaWord, cellWord: cellWord),
      identity: identity)
    return programs.count - 1
  }
}

extension CatalogueCompiler {
  func timeSources(
    _ sources: [TimeSourceDefinition], _ fields: inout [Catalogue.Field], entity: String, isTracked: Bool
  ) throws(CatalogueFault) -> ProgramList<TimeSource> {
    var compiled: [TimeSource] = []
    for source in sources {
      switch source {
      case .first:
        compiled.append(TimeSource(kind: .first, field: -1))
      case .field(let name), .since(let name):
        let field = try position(of: name, in: fields, entity: entity)
        var kind = TimeSource.Kind.since
        if case .field = source {
          kind = .field
          guard fields[field].type == .time else {
            throw CatalogueFault("\(entity).\(name) is no time field and cannot bucket a measure")
          }
        }
        fields[field].isUsed = true
        if isTracked { fields[field].isTracked = true }
        compiled.append(TimeSource(kind: kind, field: Int32(field)))
      }
    }
    return arena.list(compiled)
  }

  func predicates(
    _ filter: [PredicateDefinition], _ fields: inout [Catalogue.Field], entity: String
  ) throws(CatalogueFault) -> ProgramList<Predicate> {
    var compiled: [Predicate] = []
    for predicate in filter {
      let field = try position(of: predicate.field, in: fields, entity: entity)
      fields[field].isUsed = true
      var texts: [String] = []
      var test = Predicate.Test.present
      var (lowest, highest) = (Int64.min + 1, Int64.max)
      switch predicate.test {
      case .oneOf(let list): (test, texts) = (.oneOf, list)
      case .absentOrOneOf(let list): (test, texts) = (.absentOrOneOf, list)
      case .noneOf(let list): (test, texts) = (.noneOf, list)
      case .present: test = .present
      case .absent: test = .absent
      case .between(let low, let high):
        test = .between
        lowest = low?.millionths ?? lowest
        highest = high?.millionths ?? highest
      case .isTrue: test = .isTrue
      case .isNotTrue: test = .isNotTrue
      }
      compiled.append(
        Predicate(
          field: Int32(field), test: test,
          constants: arena.list(texts.map { constant($0, fields[field].type) }),
          lowest: lowest, highest: highest))
    }
    return arena.list(compiled)
  }

  /// A filter's text as the field holds it.
  private func constant(_ text: String, _ type: FieldType) -> Int64 {
    type == .boolean ? (text == "true" ? 1 : 0) : Hashing.textValue(text)
  }

  func measureProgram(
    _ measure: MeasureDefinition, _ fields: inout [Catalogue.Field], entity: String, isKeyed: Bool,
    _ layout: MeasureLayout
  ) throws(CatalogueFault) -> MeasureProgram {
    var value = MeasureProgram.Value.one
    var field = -1
    var from: [TimeSourceDefinition] = []
    var to: [TimeSourceDefinition] = []
    switch measure.value {
    case .one: value = .one
    case .field(let name):
      value = .field
      field = try position(of: name, in: fields, entity: entity)
      fields[field].isUsed = true
    case .elapsedMillis(let start, let end):
      value = .elapsed
      (from, to) = (start, end)
    }
    return MeasureProgram(
      aggregate: aggregate(measure.aggregate), value: value, field: Int32(field),
      from: try timeSources(from, &fields, entity: entity, isTracked: isKeyed),
      to: try timeSources(to, &fields, entity: entity, isTracked: isKeyed),
      filter: try predicates(measure.filter, &fields, entity: entity), itemWord: layout.itemWord,
      deltaWord: layout.deltaWord, cellWord: layout.cellWord)
  }

  private func aggregate(_ aggregate: AggregateDefinition) -> Aggregate {
    switch aggregate {
    case .count: .count
    case .sum: .sum
    case .distinct: .distinct
    case .quantile: .quantile
    case .minimum: .minimum
    case .maximum: .maximum
    }
  }

  /// Marks the fields of input entities from which derived rows are made.
  mutating func markDerivationFields() throws(CatalogueFault) {
    for derived in entities where derived.derivation != .input && !derived.groups.isEmpty {
      guard let base = entities.firstIndex(where: { $0.name == "opportunity" }) else {
        throw CatalogueFault("\(derived.name) needs the entity opportunity")
      }
      var needed = ["status", "closedAt", "currency"]
      if derived.derivation == .stageStays { needed.append("stage") }
      if derived.derivation == .firstWins { needed.append("accountId") }
      needed += derived.fields.filter(\.isUsed).map(\.name)
      for name in needed {
        guard let field = entities[base].field(name) else { continue }
        entities[base].fields[field].isUsed = true
        let copied = derived.field(name)
        if copied.map({ derived.fields[$0].isDimension }) ?? false {
          entities[base].fields[field].isDimension = true
        }
        if ["status", "closedAt", "stage", "ownerId", "teamId", "regionId"].contains(name) {
          entities[base].fields[field].isTracked = true
        }
      }
      if derived.derivation == .wonContacts,
        let activity = entities.firstIndex(where: { $0.name == "activity" })
      {
        for name in ["opportunityId", "status", "startAt"] {
          guard let field = entities[activity].field(name) else { continue }
          entities[activity].fields[field].isUsed = true
          if name != "opportunityId" { entities[activity].fields[field].isTracked = true }
        }
      }
    }
  }

  mutating func compileMetrics(_ parts: [MetricPart]) throws(CatalogueFault) {
    for part in parts {
      let metric = part.metric
      let formula = try instructions(metric.formula, part)
      let sample =
        try metric.sample.map { (sample) throws(CatalogueFault) in try instructions(sample, part) } ?? []
      let operands = formula + sample
      let current = Set(operands.filter { $0.operation == .measure }.map { Int($0.group) }).sorted()
      let levels = Set(operands.filter { $0.operation == .level }.map { Int($0.group) }).sorted()
      let prior = Set(operands.filter { $0.operation == .prior }.map { Int($0.group) }).sorted()
      guard !operands.allSatisfy({ $0.group < 0 }) else {
        throw CatalogueFault("metric \(metric.name) uses no measure")
      }
      if part.isSession, current.count != 1 || !(levels + prior).isEmpty {
        throw CatalogueFault(
          "metric \(metric.name) has sessions, so its measures must share entity, time, attribution and currency"
        )
      }
      let isMoney = (current + levels + prior).contains { groups[$0].currencySlot >= 0 }
      let isLevel = current.allSatisfy { groups[$0].isLevel } && prior.isEmpty
      var isDivision = false
      if case .divide = metric.formula { isDivision = true }
      let index = metrics.count
      let own = current.isEmpty ? levels : current
      let used = operands.filter { $0.operation == .measure || $0.operation == .level }
      let masks = own.map { group in
        used.filter { Int($0.group) == group }.reduce(UInt64(0)) { $0 | 1 << UInt64($1.measure) }
      }
      let hasMultiset = used.contains {
        let aggregate = groups[Int($0.group)].measures[Int($0.measure)].aggregate
        return aggregate.isMultiset && aggregate != .distinct
      }
      metrics.append(
        Catalogue.Metric(
          name: metric.name, text: metric.text, unit: metric.unit, direction: metric.direction,
          minimumSample: Int64(metric.minimumSample),
          isSuppressedBelowMinimum: metric.isSuppressedBelowMinimum, isMoney: isMoney, isLevel: isLevel,
          formula: arena.list(formula), numeratorEnd: isDivision ? 1 : 0, sample: arena.list(sample),
          scopes: definition.scopes.map { metric.scopes.contains($0.name) },
          windows: windows.indices.map { isLevel ? windows[$0].isAll : part.published.contains($0) },
          groups: own, priorGroups: prior, levelGroups: current.isEmpty ? [] : levels, measureMasks: masks,
          hasMultiset: hasMultiset, emission: metric.emission,
          lateMeasures: own.map { Int(groups[$0].lateMeasure) },
          hasZeroRows: metric.hasZeroRows))
      for group in own {
        dependents[group].append(Catalogue.Dependent(metric: index, isPrior: false))
      }
      for group in prior { dependents[group].append(Catalogue.Dependent(metric: index, isPrior: true)) }
    }
  }

  private func instructions(
    _ formula: FormulaDefinition, _ part: MetricPart
  ) throws(CatalogueFault) -> [FormulaInstruction] {
    switch formula {
    case .measure(let name): return [try operand(.measure, part.use(of: name))]
    case .quantile(let name, let permille):
      return [try operand(.measure, part.use(of: name), permille: permille)]
    case .prior(let name): return [try operand(.prior, part.use(of: name))]
    case .level(let name): return [try operand(.level, part.use(of: name))]
    case .constant(let value):
      return [
        FormulaInstruction(
          operation: .constant, group: -1, measure: -1, permille: -1, constant: value.millionths)
      ]
    case .add(let left, let right): return try binary(.add, left, right, part)
    case .subtract(let left, let right): return try binary(.subtract, left, right, part)
    case .multiply(let left, let right): return try binary(.multiply, left, right, part)
    case .divide(let left, let right): return try binary(.divide, left, right, part)
    }
  }

  private func binary(
    _ operation: FormulaInstruction.Operation, _ left: FormulaDefinition, _ right: FormulaDefinition,
    _ part: MetricPart
  ) throws(CatalogueFault) -> [FormulaInstruction] {
    let operation = FormulaInstruction(
      operation: operation, group: -1, measure: -1, permille: -1, constant: 0)
    return try instructions(left, part) + instructions(right, part) + [operation]
  }

  private func operand(
    _ operation: FormulaInstruction.Operation, _ use: MeasureUse, permille: Int = -1
  ) throws(CatalogueFault) -> FormulaInstruction {
    let place = try place(of: use)
    let isLevel = groups[place.group].isLevel
    return FormulaInstruction(
      operation: operation == .measure && isLevel ? .level : operation, group: Int32(place.group),
      measure: Int32(place.measure), permille: Int32(permille), constant: 0)
  }
}
