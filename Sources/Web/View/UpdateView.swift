import Service
import Synchronization

/// The last committed update of as many cells as a bound of memory allows.
///
/// At the bound cells of the oldest windows go first, those of the company last. When updates were left out
/// on the way here, the cells that may be out of date go: what is shown was always true at the last commit.
public final class UpdateView: Sendable {
  /// How full it is and what it does not hold.
  public struct Figures: Sendable, Equatable {
    public var cells = 0
    public var bytes = 0
    /// Updates that were taken in.
    public var updates: UInt64 = 0
    /// Cells that went because of the bound.
    public var evicted: UInt64 = 0
    /// Updates that never came here because it was too far behind.
    public var omitted: UInt64 = 0
  }

  private struct State {
    var cells: [String: ViewCell] = [:]
    var figures = Figures()
  }

  private let state = Mutex(State())
  private let bytesMax: Int

  public init(bytesMax: Int) { self.bytesMax = bytesMax }

  public var figures: Figures { state.withLock { $0.figures } }

  /// Takes in the updates of one commit.
  func apply(_ cells: [ViewCell], omitted: UInt64, omitsCompany: Bool) {
    state.withLock { state in
      if omitted > 0 {
        state.figures.omitted += omitted
        Self.forget(&state) { omitsCompany || !$0.isCompany }
      }
      for cell in cells {
        let old = state.cells[cell.key]
        state.cells[cell.key] = cell.isTombstone ? nil : cell
        state.figures.bytes += (cell.isTombstone ? 0 : cell.byteCount) - (old?.byteCount ?? 0)
      }
      state.figures.updates += UInt64(cells.count)
      if state.figures.bytes > bytesMax { Self.evict(&state, to: bytesMax / 10 * 9) }
      state.figures.cells = state.cells.count
    }
  }

  private static func forget(_ state: inout State, _ isStale: (ViewCell) -> Bool) {
    state.cells = state.cells.filter { !isStale($0.value) }
    state.figures.bytes = state.cells.values.reduce(0) { $0 + $1.byteCount }
  }

  private static func evict(_ state: inout State, to bytes: Int) {
    let oldestFirst = state.cells.values.sorted {
      if $0.isCompany != $1.isCompany { return !$0.isCompany }
      return ViewCell.isBefore($1, $0)
    }
    for cell in oldestFirst {
      guard state.figures.bytes > bytes else { return }
      state.cells[cell.key] = nil
      state.figures.bytes -= cell.byteCount
      state.figures.evicted += 1
    }
  }

  /// The cells that match, newest window first.
  ///
  /// - Parameter latestOnly: of each metric, scope, id, kind of window and currency only the newest window.
  func select(_ filter: UpdateFilter, latestOnly: Bool = false) -> [ViewCell] {
    let found = state.withLock { $0.cells.values.filter { filter.matches($0) } }.sorted(by: ViewCell.isBefore)
    guard latestOnly else { return found }
    var seen = Set<[String]>()
    return found.filter { seen.insert([$0.metric, $0.scope, $0.scopeId, $0.grain, $0.currency]).inserted }
  }
}
