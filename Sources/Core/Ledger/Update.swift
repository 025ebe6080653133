/// How far a window has come.
public enum WindowState: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// The watermark has not reached its end.
  case open
  /// It ended, and events within grace still count.
  case closed
  /// Past grace; only corrections change it.
  case final

  public var name: String {
    switch self {
    case .open: "open"
    case .closed: "closed"
    case .final: "final"
    }
  }
}

/// A number as published: exact millionths, rounded half to even once, or no value.
public struct PublishedNumber: Sendable, Equatable, BitwiseCopyable {
  public var millionths: Int128
  public var isNull: Bool

  public init(millionths: Int128) {
    self.millionths = millionths
    isNull = false
  }

  public static let null = PublishedNumber()
  private init() {
    millionths = 0
    isNull = true
  }
}

/// One output record: the present value of one metric for one scope and window.
///
/// Texts are bytes that stay valid only while the update is handed over.
public struct Update: BitwiseCopyable {
  /// Indexes in the catalogue.
  public var metric: Int
  public var scope: Int
  public var window: Int
  /// The ids of the scope's dimensions; absent (nil start) where it has fewer. The company has none.
  public var firstId: EventBytes = .none
  public var secondId: EventBytes = .none
  /// The currency of a money metric; absent for others and where the events named none.
  public var currency: EventBytes = .none
  /// The parent's scope index, or -1, and its id (absent for the company or when unknown).
  public var parentScope = -1
  public var parentId: EventBytes = .none
  public var start: Int64
  public var end: Int64
  public var state: WindowState
  public var value = PublishedNumber.null
  /// The value at the publication before; null when there was none.
  public var previousValue = PublishedNumber.null
  /// Numerator and denominator of a quotient; null for metrics that are none.
  public var numerator = PublishedNumber.null
  public var denominator = PublishedNumber.null
  /// How many observations it rests on; null when the metric does not say.
  public var sample = PublishedNumber.null
  public var isSufficient = true
  /// Withheld because the group is too small; value, parts and sample are null.
  public var isSuppressed = false
  /// The same metric in the window before, and its part up to the same elapsed time.
  public var priorValue = PublishedNumber.null
  public var priorSameElapsed = PublishedNumber.null
  /// How many of its events were late and count here because this was the present window.
  public var lateCount: Int64 = 0
  /// The cell is no more: only its key is published, without a value.
  public var isTombstone = false
  /// Rises with every change of this cell.
  public var revision: UInt64 = 0
  /// The greatest event time it reflects, in milliseconds.
  public var asOf: Int64
  /// When the cell is complete from, in event time; `Int64.min` when from the beginning.
  public var completeSince = Int64.min

  public init(metric: Int, scope: Int, window: Int, start: Int64, end: Int64, state: WindowState, asOf: Int64)
  {
    self.metric = metric
    self.scope = scope
    self.window = window
    self.start = start
    self.end = end
    self.state = state
    self.asOf = asOf
  }
}
