/// A compiled catalogue: everything the core needs to turn events into numbers, as flat tables of indexes.
///
/// Immutable after `init`; the tables live as long as the catalogue.
public final class Catalogue: @unchecked Sendable {
  // Unchecked because the programs hold pointers; they point into `arena`, which nobody writes after `init`.

  /// A field of an entity, by position.
  public struct Field: Sendable, Equatable {
    public let name: String
    public let type: FieldType
    /// Whether any measure, filter, scope or check reads it; others need not be decoded.
    public internal(set) var isUsed: Bool
    /// Whether its text is kept for publication (it is a dimension), not only its hash.
    var isDimension: Bool
    /// Whether rows keep its history: who owned it, when it changed.
    var isTracked: Bool
  }

  /// An entity with its fields by position.
  public struct Entity: Sendable {
    public let name: String
    public let keying: EntityDefinition.Keying
    public let derivation: EntityDefinition.Derivation
    public internal(set) var fields: [Field]
    /// Positions of fields that an event must carry.
    let requiredFields: [Int]
    let checks: [RangeCheck]
    /// Groups fed directly by its events or rows.
    var groups: [Int]

    /// The position of a field, or nil.
    public func field(_ name: String) -> Int? { fields.firstIndex { $0.name == name } }
  }

  /// A scope with what publication needs.
  public struct Scope: Sendable, Equatable {
    public let name: String
    public let dimensionCount: Int
    /// The scope above, or -1.
    public let parent: Int
    /// Which of its own dimensions is the only one of the scope above, or -1.
    let parentDimension: Int
    /// Whether its calendar windows are those of the zone that the event's value of the zone dimension chooses.
    let followsZone: Bool
  }

  /// Who gets zeros, compiled.
  struct Roster: Sendable {
    enum Members: Sendable {
      case declared([(hash: Int64, bytes: EventBytes)])
      case learnt
    }

    /// By scope; nil for scopes without a roster.
    let scopes: [Members?]
    /// By window.
    let windows: [Bool]
    let horizonMillis: Int64
  }

  /// A metric with its formula as instructions; a class, because cells hand it on and a copy would count a reference for
  /// each member.
  public final class Metric: Sendable {
    public let name: String
    public let text: String
    public let unit: Unit
    public let direction: Direction
    public let minimumSample: Int64
    public let isSuppressedBelowMinimum: Bool
    public let isMoney: Bool
    public let isLevel: Bool
    /// Value; numerator and denominator are its prefix up to `numeratorEnd` and the rest up to the final divide,
    /// or `numeratorEnd` is 0 when the formula is no division.
    let formula: ProgramList<FormulaInstruction>
    let numeratorEnd: Int
    let sample: ProgramList<FormulaInstruction>
    let scopes: [Bool]
    let windows: [Bool]
    /// The groups whose changes change it (of the same window), ascending.
    let groups: [Int]
    /// The groups whose changes change it in the next window.
    let priorGroups: [Int]
    /// The groups beside `groups` whose present levels it uses.
    let levelGroups: [Int]
    /// By group of `groups`: one bit for each of its measures that formula or sample use.
    let measureMasks: [UInt64]
    /// Whether a value it uses comes from a multiset, whose past values are not kept.
    let hasMultiset: Bool
    public let emission: EmissionPolicy
    /// The count of late events that its groups took into the present window, by group of `groups`; -1 when they do not.
    let lateMeasures: [Int]
    public let hasZeroRows: Bool

    init(
      name: String, text: String, unit: Unit, direction: Direction, minimumSample: Int64,
      isSuppressedBelowMinimum: Bool, isMoney: Bool, isLevel: Bool, formula: ProgramList<FormulaInstruction>,
      numeratorEnd: Int, sample: ProgramList<FormulaInstruction>, scopes: [Bool], windows: [Bool],
      groups: [Int], priorGroups: [Int], levelGroups: [Int], measureMasks: [UInt64], hasMultiset: Bool,
      emission: EmissionPolicy, lateMeasures: [Int], hasZeroRows: Bool
    ) {
      self.name = name
      self.text = text
      self.unit = unit
      self.direction = direction
      self.minimumSample = minimumSample
      self.isSuppressedBelowMinimum = isSuppressedBelowMinimum
      self.isMoney = isMoney
      self.isLevel = isLevel
      self.formula = formula
      self.numeratorEnd = numeratorEnd
      self.sample = sample
      self.scopes = scopes
      self.windows = windows
      self.groups = groups
      self.priorGroups = priorGroups
      self.levelGroups = levelGroups
      self.measureMasks = measureMasks
      self.hasMultiset = hasMultiset
      self.emission = emission
      self.lateMeasures = lateMeasures
      self.hasZeroRows = hasZeroRows
    }

    var isAtIntervals: Bool {
      if case .interval = emission { true } else { false }
    }
  }

  /// Which metric to evaluate when a cell of a group changed.
  struct Dependent: Sendable {
    let metric: Int
    let isPrior: Bool
  }

  public let definition: CatalogueDefinition
  public let entities: [Entity]
  public let scopes: [Scope]
  public let windows: [Window]
  public let metrics: [Metric]
  let groups: [GroupProgram]
  /// Stable hashes of each group's measures, for snapshots: state is kept per definition.
  let measureIdentities: [[UInt64]]
  let scopeIdentities: [UInt64]
  /// By group: its scopes with what their dimensions are of its entity.
  let groupScopeIdentities: [[UInt64]]
  let windowIdentities: [UInt64]
  /// By group: the metrics it feeds.
  let dependents: [[Dependent]]
  /// By group of levels: the metrics of windows that use its levels.
  let levelDependents: [[Int]]
  /// Hash of the whole catalogue.
  public let identity: UInt64
  /// Indexes of derived entities, or -1.
  let stayEntity: Int
  let firstWinEntity: Int
  let contactEntity: Int
  /// The programs again, as plain memory for the hot path.
  let groupPrograms: ProgramList<GroupProgram>
  let entityPrograms: ProgramList<EntityProgram>
  /// By hash of a value of the zone dimension: the tag of the windows in its zone.
  let zoneTags: [Int64: UInt8]
  /// Who gets a zero when a window closes without any event; nil when nobody does.
  let roster: Roster?
  /// By window that holds panes: the overlapping window whose finest panes they are, if they are any's.
  let paneOwners: [Int?]
  /// By group, then window: whether it keeps it.
  private let keptWindows: [[Bool]]
  /// The least retention of all finite windows, in milliseconds.
  let leastRetentionMillis: Int64
  private let arena: ProgramArena

  /// Compiles a definition that `validate` found without fault.
  ///
  /// - Throws: `CatalogueFault` naming what does not fit.
  public init(_ definition: CatalogueDefinition) throws(CatalogueFault) {
    var scout = try CatalogueCompiler(definition)
    try scout.compile()
    // Only fields that something reads are decoded and stored; the second pass knows which.
    var pruned = definition
    for (index, entity) in scout.entities.enumerated() {
      pruned.entities[index].fields.removeAll { field in
        !(entity.fields.first { $0.name == field.name }?.isUsed ?? false)
      }
    }
    var compiler = try CatalogueCompiler(pruned)
    try compiler.compile()
    self.definition = definition
    entities = compiler.entities
    scopes = compiler.scopes
    windows = compiler.windows
    metrics = compiler.metrics
    groups = compiler.groups
    measureIdentities = compiler.measureIdentities
    scopeIdentities = compiler.scopeIdentities
    groupScopeIdentities = compiler.groupScopeIdentities
    windowIdentities = compiler.windowIdentities
    dependents = compiler.dependents
    levelDependents = compiler.groups.indices.map { group in
      compiler.metrics.indices.filter { compiler.metrics[$0].levelGroups.contains(group) }
    }
    identity = compiler.identity
    zoneTags = compiler.zoneTags
    roster = try compiler.compileRoster()
    paneOwners = compiler.windows.indices.map { pane in
      compiler.windows.firstIndex { $0.panes.first == pane }
    }
    keptWindows = compiler.groups.map { group in
      let kept = Set((0..<group.windows.count).map { Int(group.windows[$0].window) })
      return compiler.windows.indices.map { kept.contains($0) }
    }
    stayEntity = compiler.entities.firstIndex { $0.derivation == .stageStays } ?? -1
    firstWinEntity = compiler.entities.firstIndex { $0.derivation == .firstWins } ?? -1
    contactEntity = compiler.entities.firstIndex { $0.derivation == .wonContacts } ?? -1
    let arena = compiler.arena
    self.arena = arena
    groupPrograms = arena.list(compiler.groups)
    entityPrograms = arena.list(
      compiler.entities.map { entity in
        EntityProgram(
          keying: entity.keying, requiredFields: arena.list(entity.requiredFields.map { Int32($0) }),
          checks: arena.list(entity.checks),
          fields: arena.list(entity.fields.map { FieldProgram(isDimension: $0.isDimension) }),
          groups: arena.list(entity.groups.map { Int32($0) }),
          actorField: Int32(entity.field(CatalogueCompiler.actorField) ?? -1))
      })
    leastRetentionMillis = compiler.windows.filter { !$0.isAll }.map(\.retentionMillis).min() ?? .max / 4
  }

  /// What identifies a measure as kept in one window and scope, over changes of the rest of the catalogue.
  func keptIdentity(_ kept: KeptMeasure) -> UInt64 {
    identity(of: kept, inScope: groupScopeIdentities[kept.group][kept.scope])
  }

  /// The same as snapshots had it until format 3.
  func formerIdentity(_ kept: KeptMeasure) -> UInt64 {
    identity(of: kept, inScope: scopeIdentities[kept.scope])
  }

  private func identity(of kept: KeptMeasure, inScope scope: UInt64) -> UInt64 {
    Hashing.combine(
      Hashing.combine(measureIdentities[kept.group][kept.measure], windowIdentities[kept.window]), scope)
  }

  /// Whether a group keeps a window.
  func keeps(group: Int, window: Int) -> Bool { keptWindows[group][window] }

  /// The position of an entity, or nil.
  public func entity(_ name: String) -> Int? { entities.firstIndex { $0.name == name } }
}

/// What in a definition does not fit together.
public struct CatalogueFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was wrong and what to write instead.
  public let description: String
  init(_ description: String) { self.description = description }
}

/// Memory for the programs of one catalogue, freed with it.
final class ProgramArena {
  private var blocks: [UnsafeMutableRawPointer] = []

  func list<Element: BitwiseCopyable>(_ elements: [Element]) -> ProgramList<Element> {
    let block = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    for (index, element) in elements.enumerated() { (block + index).initialize(to: element) }
    blocks.append(UnsafeMutableRawPointer(block))
    return ProgramList(base: UnsafePointer(block), count: elements.count)
  }

  /// The bytes of a text.
  func text(_ text: String) -> EventBytes {
    let bytes = list(Array(text.utf8))
    return EventBytes(start: UnsafeRawPointer(bytes.base), count: bytes.count)
  }

  deinit {
    for block in blocks { block.deallocate() }
  }
}
