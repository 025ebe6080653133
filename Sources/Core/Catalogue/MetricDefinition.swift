/// Arithmetic over measures of the same scope and window.
public indirect enum FormulaDefinition: Sendable, Equatable {
  /// A measure by name: its count, its sum, its number of distinct values, its minimum or maximum.
  case measure(String)
  /// A quantile measure at `permille` thousandths (500 is the median).
  case quantile(String, permille: Int)
  /// The measure in the window before.
  case prior(String)
  /// A level: the measure as it is now, whatever the window.
  case level(String)
  /// An exact constant.
  case constant(Decimal6)
  case add(FormulaDefinition, FormulaDefinition)
  case subtract(FormulaDefinition, FormulaDefinition)
  case multiply(FormulaDefinition, FormulaDefinition)
  /// Has no value when the divisor is zero.
  case divide(FormulaDefinition, FormulaDefinition)
}

/// The unit of a metric's value.
public enum Unit: String, Sendable, Equatable, CaseIterable {
  case count, ratio, money, days, hours, minutes, score
  case moneyPerDay = "money_per_day"
  /// A plain number without a unit of its own.
  case number

  /// Whether values carry a currency and are kept apart for each.
  public var isMoney: Bool { self == .money || self == .moneyPerDay }
}

/// Which way is better.
public enum Direction: String, Sendable, Equatable, CaseIterable {
  case up, down, none
}

/// When a metric's updates are published while its window is open; a window that closes or becomes final always is.
public enum EmissionPolicy: Sendable, Equatable, Hashable {
  /// With every commit that finds a change (default).
  case change
  /// At most once in so many milliseconds of the watermark for each cell.
  case interval(millis: Int64)
  /// Not before the window has closed.
  case close
}

/// What becomes of a stream event whose window is past its grace.
public enum LatePolicy: String, Sendable, Equatable, Hashable, CaseIterable, BitwiseCopyable {
  /// It goes to the late topic (default).
  case deadLetter = "dead_letter"
  /// It counts in its window as long as that is kept for corrections.
  case amend
  /// It counts in the window of the greatest event time seen, and the update says how many such events it holds.
  case next
}

/// What is published: a formula with its definition in words.
public struct MetricDefinition: Sendable, Equatable {
  public var name: String
  /// The definition in words, published with every number.
  public var text: String
  public var unit: Unit
  public var direction: Direction
  public var formula: FormulaDefinition
  /// How many observations the value rests on; nil publishes the divisor of the formula, or no `n`.
  public var sample: FormulaDefinition?
  /// The least sample for `sufficient`.
  public var minimumSample: Int
  /// Publishes no value at all below the minimum sample (surveys).
  public var isSuppressedBelowMinimum: Bool
  /// Names of scopes and windows; a level has the window `all` only.
  public var scopes: [String]
  public var windows: [String]
  /// The zone of its calendar windows; nil is that of the catalogue, or of the scope's value.
  public var zone: Zone?
  public var emission = EmissionPolicy.change
  public var late = LatePolicy.deadLetter
  /// Whether a closing window without events yields a zero for everybody on the roster.
  public var hasZeroRows = true

  public init(
    name: String, text: String, unit: Unit, direction: Direction = .up, formula: FormulaDefinition,
    sample: FormulaDefinition? = nil, minimumSample: Int = 1, isSuppressedBelowMinimum: Bool = false,
    scopes: [String], windows: [String]
  ) {
    self.name = name
    self.text = text
    self.unit = unit
    self.direction = direction
    self.formula = formula
    self.sample = sample
    self.minimumSample = minimumSample
    self.isSuppressedBelowMinimum = isSuppressedBelowMinimum
    self.scopes = scopes
    self.windows = windows
  }
}
